"""Looking at dead letters: whose there are, and all there is to say of one."""

from collections.abc import Sequence
from functools import partial

from bus.delivery.delivery import Attempt
from bus.errors import DecodeError
from bus.event import Event
from processors.delivery.decoding import at_origin
from processors.redrive.attempts import read_attempts
from processors.redrive.events import Events
from processors.redrive.fates import KnownFates
from processors.redrive.letter_rows import Row, letter_row, letter_whole, moment
from processors.redrive.letters import (
    Letter,
    Wanted,
    body_of,
    dlq_owners,
    read_letters,
)
from processors.redrive.newest import enough, newest_letters
from processors.subscriptions.missing import missing
from processors.subscriptions.world import World

_SLACK_MS = 3_600_000


async def owners_of(world: World, subscription: str | None) -> Sequence[str]:
    """The one that was named, or all that have dead letters.

    Raises:
        SubscriptionNotFoundError: the one that was named never was, or left nothing.
    """
    if subscription is None:
        return await dlq_owners(world)
    topic = world.topology.dlq_topic(subscription)
    if topic not in await world.topics.names():
        there = await dlq_owners(world)
        raise missing(subscription, there, ", and no dead letters of one")
    return [subscription]


async def rows_of(
    world: World, subscription: str | None, meant: Wanted, limit: int
) -> tuple[list[Row], bool]:
    """The newest dead letters that are meant, oldest first, a row each; 0: all.

    Also whether there are older ones.
    """
    rows: list[Row] = []
    more = False
    for owner in await owners_of(world, subscription):
        if not limit:
            async for letters in read_letters(world, owner, meant):
                rows += map(letter_row, letters)
            continue
        newest = partial(newest_letters, world, KnownFates(), owner, meant)
        found, rest = await enough(limit, newest)
        rows += map(letter_row, found)
        more = more or rest is not None
    rows.sort(key=lambda r: str(r["at"]))
    kept = rows[-limit:] if limit else rows
    return kept, more or len(kept) < len(rows)


async def all_of(world: World, subscription: str | None, event_id: str) -> list[Row]:
    """All there is to say of the dead letters of one event."""
    found: list[Row] = []
    for owner in await owners_of(world, subscription):
        async for letters in read_letters(world, owner, Wanted(events=[event_id])):
            tries = await tries_of(world, letters)
            found += [await whole_of(world, letter, tries) for letter in letters]
    return found


async def tries_of(
    world: World, letters: Sequence[Letter], since_ms: int | None = None
) -> Sequence[Attempt]:
    """The attempts of these letters' events, from Kafka; from then on, or all."""
    if since_ms is None:
        since_ms = min(map(_began_ms, letters), default=0) - _SLACK_MS
    ids = {letter.event_id for letter in letters}
    return [
        attempt
        async for batch in read_attempts(world, since_ms=max(0, since_ms), events=ids)
        for attempt in batch
    ]


def _began_ms(letter: Letter) -> int:
    """When an event may have been tried first; it may be older than its record."""
    origin_ms = letter.state.origin.timestamp_ms if letter.state else letter.at_ms
    event_ms = int(letter.event.time.timestamp() * 1000) if letter.event else origin_ms
    return min(origin_ms, event_ms)


async def whole_of(world: World, letter: Letter, tries: Sequence[Attempt]) -> Row:
    """All there is to say of one: its content as far as it is there, its attempts."""
    if letter.state is None:
        return letter_whole(letter, None, [])
    event: Event | None = letter.event
    try:
        record = await body_of(world, letter) or letter.record
        event = await Events(world.schemas).of(at_origin(record, letter.state.origin))
    except DecodeError:
        event = None
    mine = [
        attempt
        for attempt in sorted(tries, key=lambda one: one.started_us)
        if attempt.subscription == letter.subscription
        and attempt.event_id == letter.event_id
    ]
    return letter_whole(letter, event, map(_try_row, mine))


def _try_row(attempt: Attempt) -> Row:
    return {
        "number": attempt.number,
        "replay": attempt.replay,
        "at": moment(attempt.started_us // 1000),
        "outcome": attempt.outcome,
        "status": attempt.status,
        "detail": attempt.detail,
        "duration_ms": round(attempt.duration_us / 1000, 1),
        "route": attempt.route,
    }
