"""Looking for a text in the content of events, from the newest back, within bounds.

Content stands in Kafka alone, and nothing there is indexed: a search reads. So each
reads so many records, so many bytes and so long, says how far it came, and can be
asked to go on from there. Bounds are looked at between steps, and a step is made as
large as what was read before says that it may be: they are kept about, not exactly.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import orjson

from bus.delivery.matching import covers
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Record, TopicPartition
from bus.webhook.document import document
from processors.redrive.backwards import Backwards, Found, Places, Seen, Stretch
from processors.redrive.events import Events
from processors.subscriptions.world import World

Ended: TypeAlias = Literal["found", "records", "bytes", "seconds", "all"]
_FIRST, _MOST = 200, 5_000
_BREATH = 25
_AT_ONCE = 4
"""Topics that are read at a time: each reader waits for Kafka more than it works."""
_AROUND = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one search reads at most, about."""

    records: int = 25_000
    bytes: int = 64 * 2**20
    seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A text, in any case; of which types (patterns); and since when, epoch ms."""

    text: str
    types: Sequence[str] = ()
    since_ms: int = 0


class Hit(NamedTuple):
    """An event that has it: what it is, its record, and the text around it."""

    event: Event
    topic: str
    partition: int
    offset: int
    at_ms: int
    before: str
    match: str
    after: str


@dataclass(slots=True)
class Looked:
    """What was found, and how far the search came.

    Attributes:
        hits: The newest first.
        read: Records that were read; `bytes` of them.
        undecodable: Those that could not be looked into.
        left: So many records, at most, have not been looked at.
        back_to_ms: All that is newer was looked at; None: all there is.
        places: Where it goes on, None at the end.
        ended: What ended it.
    """

    hits: list[Hit] = field(default_factory=list)
    read: int = 0
    bytes: int = 0
    undecodable: int = 0
    left: int = 0
    back_to_ms: int | None = None
    places: Places | None = None
    ended: Ended = "all"


async def lanes(
    world: World, topics: Sequence[str]
) -> Mapping[TopicPartition, Stretch]:
    """The partitions of topics, in an order that does not change, and what they hold.

    Raises:
        BrokerUnavailableError: Kafka gives no answer.
    """
    lags = await world.groups.lag(f"{world.group_prefix}search", topics)
    return {tp: Stretch(lags[tp].start, lags[tp].end) for tp in sorted(lags)}


async def search(
    world: World,
    sought: Sought,
    among: Mapping[TopicPartition, Stretch],
    *,
    limit: int,
    places: Places | None = None,
    bounds: Bounds | None = None,
) -> Looked:
    """Look for a text; `places` are those of the search that this one goes on from.

    Raises:
        BrokerUnavailableError: Kafka gives no answer.
        RegistryUnavailableError: the registry gave no usable answer.
    """
    return await _Search(world, sought, among, bounds or Bounds()).run(limit, places)


class _Search:
    def __init__(
        self,
        world: World,
        sought: Sought,
        among: Mapping[TopicPartition, Stretch],
        bounds: Bounds,
    ) -> None:
        self._world = world
        self._sought = sought
        self._lanes = list(among)
        self._stretches = dict(enumerate(among.values()))
        self._bounds = bounds
        self._events = Events(world.schemas)
        self._needle = _needle(sought.text)
        self._looked = Looked()
        self._oldest_ms: dict[int, int] = {}
        self._began_s = world.clock.monotonic()

    async def run(self, limit: int, places: Places | None) -> Looked:
        """Step by step until something ends it."""
        looked = self._looked
        looked.places = places or {n: one.end for n, one in self._stretches.items()}
        while True:
            looked.ended = self._spent(limit)
            if looked.ended != "all":
                break
            step = self._step()
            backwards = Backwards(
                self._read,
                self._ahead(looked.places),
                most=step,
                since_ms=self._sought.since_ms,
                # Hits were few, or it had ended: all of the step is likely read.
                width=step,
            )
            looked.hits += await backwards.take(limit - len(looked.hits))
            looked.places = backwards.rest()
            if looked.places is None:
                break
        self._tell()
        return looked

    def _spent(self, limit: int) -> Ended:
        looked, bounds = self._looked, self._bounds
        took_s = self._world.clock.monotonic() - self._began_s
        spent: Sequence[tuple[Ended, bool]] = (
            ("found", len(looked.hits) >= limit),
            ("records", looked.read >= bounds.records),
            ("bytes", looked.bytes >= bounds.bytes),
            # However slow it is, a search takes one step: else none would end.
            ("seconds", looked.read > 0 and took_s >= bounds.seconds),
        )
        return next((word for word, over in spent if over), "all")

    def _step(self) -> int:
        """How many records the next step may read."""
        looked, bounds = self._looked, self._bounds
        if not looked.read:
            return min(_FIRST, bounds.records)
        each = max(1, looked.bytes // looked.read)
        by_size = (bounds.bytes - looked.bytes) // each
        took_s = self._world.clock.monotonic() - self._began_s
        # On a busy machine a step of the usual size would take far longer than it may.
        left_s = bounds.seconds - took_s
        by_pace = int(looked.read * left_s / took_s) if took_s > 0 else _MOST
        most = min(_MOST, max(_FIRST, by_pace))
        return max(1, min(most, bounds.records - looked.read, by_size))

    def _ahead(self, places: Places) -> Mapping[int, Stretch]:
        """What is left of each lane; what Kafka deleted meanwhile is left out."""
        return {
            n: Stretch(one.first, min(one.end, max(one.first, places.get(n, 0))))
            for n, one in self._stretches.items()
        }

    def _tell(self) -> None:
        looked = self._looked
        if looked.places is None:
            return
        ahead = self._ahead(looked.places)
        unread = {n: one for n, one in ahead.items() if one.end > one.first}
        looked.left = sum(one.end - one.first for one in unread.values())
        known = [self._oldest_ms.get(n) for n in unread]
        times = [at for at in known if at is not None]
        looked.back_to_ms = max(times) if len(times) == len(known) else None

    async def _read(self, wanted: Mapping[int, Stretch]) -> Mapping[int, Seen[Hit]]:
        seen = {n: Seen[Hit]([], None) for n in wanted}
        topics = sorted({self._lanes[n].topic for n in wanted})
        turns = asyncio.Semaphore(_AT_ONCE)

        async def read(topic: str) -> None:
            async with turns:
                await self._read_topic(topic, wanted, seen)

        await asyncio.gather(*map(read, topics))
        return seen

    async def _read_topic(
        self, topic: str, wanted: Mapping[int, Stretch], seen: dict[int, Seen[Hit]]
    ) -> None:
        numbers = {
            self._lanes[n].partition: n for n in wanted if self._lanes[n].topic == topic
        }
        async for batch in self._world.reader.read(
            topic,
            start={partition: wanted[n].first for partition, n in numbers.items()},
            stop={partition: wanted[n].end for partition, n in numbers.items()},
        ):
            for record in batch:
                n = numbers[record.partition]
                if seen[n].oldest_ms is None:
                    seen[n] = Seen(seen[n].found, record.timestamp_ms)
                    self._oldest_ms[n] = record.timestamp_ms
                if (hit := await self._hit(record)) is not None:
                    found = Found(record.offset, record.timestamp_ms, hit)
                    seen[n].found.append(found)

    async def _hit(self, record: Record) -> Hit | None:
        looked = self._looked
        looked.read += 1
        looked.bytes += len(record.value or b"")
        if not looked.read % _BREATH:
            await asyncio.sleep(0)  # noqa: TID251 - lets others go on, waits for no time
        if record.timestamp_ms < self._sought.since_ms:
            return None
        try:
            event = await self._events.of(record)
        except DecodeError:
            looked.undecodable += 1
            return None
        types = self._sought.types
        if types and not any(covers(one, event.type) for one in types):
            return None
        text = orjson.dumps(document(event)).decode()
        return _found(record, event, text, self._needle)


def _needle(text: str) -> str:
    """As it stands in JSON."""
    return orjson.dumps(text).decode()[1:-1].lower()


def _found(record: Record, event: Event, text: str, needle: str) -> Hit | None:
    at = text.lower().find(needle)
    if at < 0:
        return None
    end = at + len(needle)
    return Hit(
        event=event,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at_ms=record.timestamp_ms,
        before=text[max(0, at - _AROUND) : at],
        match=text[at:end],
        after=text[end : end + _AROUND],
    )
