"""What `bus dlq list` and `show` read, and how all of one letter is shown."""

from collections.abc import Sequence

from bus.errors import DecodeError
from bus.event import Event
from processors.cli.control import console
from processors.cli.dlq_view import Row, moment, row, whole
from processors.delivery.decoding import at_origin
from processors.redrive.attempts import read_attempts
from processors.redrive.events import Events
from processors.redrive.letters import (
    Letter,
    Wanted,
    body_of,
    dlq_owners,
    read_letters,
)
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


async def rows_of(world: World, subscription: str | None, meant: Wanted) -> list[Row]:
    """The dead letters that are meant, oldest first, a row each."""
    rows: list[Row] = []
    for owner in await owners_of(world, subscription):
        async for letters in read_letters(world, owner, meant):
            rows += map(row, letters)
    rows.sort(key=lambda r: str(r["at"]))
    return rows


async def all_of(world: World, subscription: str | None, event_id: str) -> list[Row]:
    """All there is to say of the dead letters of one event."""
    found: list[Row] = []
    for owner in await owners_of(world, subscription):
        async for letters in read_letters(world, owner, Wanted(events=[event_id])):
            found += [await _whole(world, letter) for letter in letters]
    return found


async def _whole(world: World, letter: Letter) -> Row:
    if letter.state is None:
        return whole(letter, None, [])
    origin = letter.state.origin
    event: Event | None = letter.event
    try:
        record = await body_of(world, letter) or letter.record
        event = await Events(world.schemas).of(at_origin(record, origin))
    except DecodeError:
        event = None
    since_ms = origin.timestamp_ms
    if event is not None:
        since_ms = min(since_ms, int(event.time.timestamp() * 1000)) - _SLACK_MS
    tries: list[Row] = [
        {
            "number": attempt.number,
            "replay": attempt.replay,
            "at": moment(attempt.started_us // 1000),
            "outcome": attempt.outcome,
            "status": attempt.status,
            "detail": attempt.detail,
            "duration_ms": round(attempt.duration_us / 1000, 1),
            "route": attempt.route,
        }
        async for batch in read_attempts(
            world, since_ms=max(0, since_ms), events=[letter.event_id]
        )
        for attempt in batch
        if attempt.subscription == letter.subscription
    ]
    return whole(letter, event, tries)


def print_whole(fields: Row) -> None:
    """Print all of one dead letter: a field a line, then what has several."""
    out = console()
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        if value in (None, "", [], {}):
            continue
        if name in {"headers", "attempt_log"} and isinstance(value, list):
            out.print(f"{name}:")
            for item in value:
                texts = [str(v) for v in item.values() if v not in (None, "")]
                out.print(f"  {'  '.join(texts)}")
        elif name == "event":
            out.print("event:")
            out.print_json(data=value)
        else:
            out.print(f"{name:{width}}  {value}")
