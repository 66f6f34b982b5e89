"""Dead letters with what became of them, read from their topics."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.delivery.headers import HopState, read_state
from bus.delivery.marks import Fate, Mark, read_mark
from bus.delivery.matching import covers
from bus.delivery.small import Elsewhere, read_elsewhere
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Record
from processors.delivery.decoding import at_origin
from processors.redrive.events import Events
from processors.subscriptions.world import World

_UNKNOWN = "?"
_STATUS = re.compile(r"([1-5][0-9]{2})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.

    `state` or `event` is None where its headers are damaged; `problem` says how,
    and it cannot be replayed. `event` may be without data. `marked_at_ms` is when
    it met its fate, 0 while pending. `elsewhere` says where the body of a small one
    stands.
    """

    subscription: str
    record: Record
    state: HopState | None
    event: Event | None
    fate: Fate = Fate.PENDING
    marked_at_ms: int = 0
    problem: str = ""
    elsewhere: Elsewhere | None = None

    @property
    def event_id(self) -> str:
        """The webhook-id of its event."""
        return self.event.webhook_id if self.event else _UNKNOWN

    @property
    def own_id(self) -> str:
        """The id that its producer gave the event."""
        return self.event.id if self.event else _UNKNOWN

    @property
    def event_type(self) -> str:
        """The event's type."""
        return self.event.type if self.event else _UNKNOWN

    @property
    def order_id(self) -> str:
        """The event's order."""
        return self.event.subject if self.event else _UNKNOWN

    @property
    def reason(self) -> str:
        """Why it became a dead letter."""
        reason = self.state.reason if self.state else None
        return reason.value if reason else _UNKNOWN

    @property
    def status(self) -> int:
        """What the endpoint answered last; 0: nothing, or nobody has said so."""
        found = _STATUS.match(self.state.detail) if self.state else None
        return int(found[1]) if found else 0

    @property
    def at_ms(self) -> int:
        """When it became a dead letter."""
        return self.state.at_ms if self.state else self.record.timestamp_ms


class Outline(NamedTuple):
    """What is asked of dead letters by the thousand: less than a `Letter`.

    `whole` ones can be replayed while they are pending.
    """

    event_id: str
    own_id: str
    event_type: str
    order_id: str
    reason: str
    status: int
    at_ms: int
    whole: bool
    fate: Fate = Fate.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dead letters are meant; what is empty or None does not narrow.

    `types` are patterns as in subscriptions, `events` webhook-ids or the producers' own
    ids, `statuses` what endpoints answered last (0: nothing), times epoch milliseconds
    of becoming a dead letter (inclusive, exclusive).
    """

    types: Sequence[str] = ()
    orders: Sequence[str] = ()
    events: Sequence[str] = ()
    reasons: Sequence[str] = ()
    statuses: Sequence[int] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    fates: Sequence[Fate] = ()

    def holds(self, letter: Letter | Outline) -> bool:
        """Whether this one is meant."""
        return (
            _any(self.orders, letter.order_id)
            and (_any(self.events, letter.event_id) or _any(self.events, letter.own_id))
            and _any(self.reasons, letter.reason)
            and (not self.statuses or letter.status in self.statuses)
            and _any(self.fates, letter.fate)
            and (
                not self.types or any(covers(p, letter.event_type) for p in self.types)
            )
            and (self.since_ms is None or letter.at_ms >= self.since_ms)
            and (self.until_ms is None or letter.at_ms < self.until_ms)
        )


def _any(wanted: Sequence[str], found: str) -> bool:
    return not wanted or found in wanted


async def dlq_owners(world: World) -> Sequence[str]:
    """Ids of all subscriptions that have a dead-letter topic, removed ones too."""
    parse = world.topology.parse_dlq_topic
    found = [parse(topic) for topic in await world.topics.names()]
    return sorted(owner for owner in found if owner is not None)


async def read_letters(
    world: World, subscription: str, wanted: Wanted
) -> AsyncIterator[Sequence[Letter]]:
    """Yield the dead letters that are meant, in their order within a partition.

    The topic is read twice: marks stand behind what they mark, and all letters may
    be more than fits into memory.

    Raises:
        TopicError: there is no such topic.
        RegistryUnavailableError: a letter's headers do not say its type, and the
            registry gave no answer.
    """
    topic = world.topology.dlq_topic(subscription)
    marks = await _marks(world, topic, wanted.since_ms)
    events = Events(world.schemas)
    async for batch in world.reader.read(topic, since_ms=wanted.since_ms):
        letters = [
            await letter_of(subscription, record, marks.get(_place(record)), events)
            for record in batch
            if letter_mark(record) is None
        ]
        if meant := [letter for letter in letters if wanted.holds(letter)]:
            yield meant


async def _marks(
    world: World, topic: str, since_ms: int | None
) -> Mapping[tuple[int, int], Mark]:
    found: dict[tuple[int, int], Mark] = {}
    async for batch in world.reader.read(topic, since_ms=since_ms):
        for record in batch:
            mark = letter_mark(record)
            if mark is not None:
                found[mark.partition, mark.offset] = mark
    return found


def _place(record: Record) -> tuple[int, int]:
    return record.partition, record.offset


def letter_mark(record: Record) -> Mark | None:
    """A record of a dead-letter topic as a mark; None if it is a letter."""
    try:
        return read_mark(record)
    except (DecodeError, ValueError):
        # A damaged mark marks nothing; it is shown as a damaged letter.
        return None


async def letter_of(
    subscription: str, record: Record, mark: Mark | None, events: Events
) -> Letter:
    """A record as a dead letter, with the mark it got.

    Raises:
        RegistryUnavailableError: as `read_letters`.
    """
    state, event, elsewhere, problem = None, None, None, ""
    try:
        state = read_state(record)
        elsewhere = read_elsewhere(record)
        event = await events.outline(at_origin(record, state.origin))
    except DecodeError as error:
        # A small letter has no content; the record it stands for may.
        problem = "" if elsewhere else str(error)
    fate, at_ms = (mark.fate, mark.at_ms) if mark else (Fate.PENDING, 0)
    return Letter(subscription, record, state, event, fate, at_ms, problem, elsewhere)


async def body_of(world: World, letter: Letter) -> Record | None:
    """A letter's record, whole; of a small one that which it stands for.

    None if that is gone: deleted after its topic's time, or with its topic.

    Raises:
        BrokerUnavailableError: no answer; try again.
    """
    if letter.elsewhere is None:
        return letter.record
    return await fetched(world, letter.elsewhere)


async def fetched(world: World, elsewhere: Elsewhere) -> Record | None:
    """The record that a small letter stands for; None if it is gone.

    Raises:
        BrokerUnavailableError: no answer; try again.
    """
    place = (elsewhere.topic, elsewhere.partition, elsewhere.offset)
    found = await world.reader.at(*place)
    return found if found is not None and elsewhere.is_body(found) else None
