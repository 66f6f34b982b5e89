"""Which orders were answered, and whose 855 is still to be laid out.

The OMS answers on its topic of actions, people reject in `intake.parked`. What was laid
out stands in `bus.intake.collected`, after it was: a crash between lays the same file
out once more.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import orjson

from bus.client.decoding import Events
from bus.errors import DecodeError
from bus.intake.acknowledging.answers import OrderAnswer, order_answer, rejection
from bus.intake.parked.decisions import Decision
from bus.intake.parked.item import Item
from bus.intake.parked.machine import Life, State, decided, parked
from bus.intake.parked.records import read_parked
from bus.intake.requests import ANSWER_TYPE
from bus.ports import Clock, LogReader, Publisher, Schemas
from bus.record import Message, Record
from bus.topics.topology import Topology

_T = TypeVar("_T")

MOST = 100_000
"""Answers, items and files laid out that are remembered, of each."""
_LOOK_S = 5.0
_PREFIX = "answer/"
_TOPIC = "oms.action"
_EVENT_TYPE = "intake.order_received"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersWorld:
    """What they are read with; `clock` says when to look again."""

    reader: LogReader
    publisher: Publisher
    schemas: Schemas
    topology: Topology
    clock: Clock


class _Held(NamedTuple):
    """A parked order; without its payload, which may be large."""

    item: Item
    life: Life


class Answers:
    """Knows, and writes down. What others have laid out by the call counts."""

    def __init__(self, world: AnswersWorld) -> None:
        self._world = world
        self._events = Events(world.schemas, (ANSWER_TYPE,))
        self._next: dict[tuple[str, int], int] = {}
        self._waiting: OrderedDict[str, OrderAnswer] = OrderedDict()
        self._given: OrderedDict[str, None] = OrderedDict()
        self._parked: OrderedDict[str, _Held] = OrderedDict()
        self._due = 0.0

    async def waiting(self, source: str) -> list[OrderAnswer]:
        """The answers to a source's orders that nobody has laid out, oldest first.

        Raises:
            TopicError, BrokerUnavailableError: they cannot be read.
            RegistryUnavailableError: an answer of the OMS cannot be read now.
        """
        if self._world.clock.monotonic() >= self._due:
            await self._look()
            self._due = self._world.clock.monotonic() + _LOOK_S
        return [one for one in self._waiting.values() if one.source == source]

    async def all(self, source: str) -> list[OrderAnswer]:
        """All answers to a source's orders, laid out or not; raises as `waiting`."""
        await self._read_answers()
        return [one for one in self._waiting.values() if one.source == source]

    async def given(self, answer: OrderAnswer) -> None:
        """Write down that it was laid out, or never can be.

        Raises:
            PublishError: it may not be written.
        """
        said = orjson.dumps({"v": 1, "at": self._world.clock.now()})
        key = f"{_PREFIX}{answer.key}".encode(errors="replace")
        topic = self._world.topology.collected
        await self._world.publisher.publish(Message(topic, key, said))
        self._forget(answer.key)

    # ------------------------------------------------ steps

    async def _look(self) -> None:
        """Read on: the answers first, so that what was laid out is of known ones."""
        await self._read_answers()
        async for record in self._new(self._world.topology.collected):
            key = (record.key or b"").decode(errors="replace")
            if key.startswith(_PREFIX):
                self._forget(key.removeprefix(_PREFIX))

    async def _read_answers(self) -> None:
        topology = self._world.topology
        said = next((t for t in topology.sources if t.endswith(_TOPIC)), None)
        if said is not None:  # else a declaration of somebody's own, without it
            async for record in self._new(said):
                await self._said(record)
        async for record in self._new(topology.parked):
            self._decided(record)

    async def _new(self, topic: str) -> AsyncIterator[Record]:
        start = {p: at for (of, p), at in self._next.items() if of == topic}
        async for batch in self._world.reader.read(topic, start=start):
            for record in batch:
                yield record
                self._next[topic, record.partition] = record.offset + 1

    async def _said(self, record: Record) -> None:
        try:
            self._take(order_answer(await self._events.decode(record)))
        except DecodeError:
            return  # it is in quarantine, with the reason

    def _decided(self, record: Record) -> None:
        """Follow a parked order, and take the word of who rejects it."""
        try:
            entry = read_parked(record)
        except DecodeError:
            return
        if isinstance(entry, Item):
            self._hold(entry)
        elif isinstance(entry, Decision) and (held := self._parked.get(entry.id)):
            life = decided(held.life, entry)
            if life is None:
                return
            self._parked[entry.id] = held._replace(life=life)
            if life.state is State.REJECTED:
                self._take(rejection(held.item, entry))

    def _hold(self, item: Item) -> None:
        if item.event_type != _EVENT_TYPE:
            return
        held = self._parked.get(item.id)
        life = parked(held.life if held else None, item)
        if life is not None:
            slim = Item(
                id=item.id,
                source=item.source,
                channel=item.channel,
                at=item.at,
                stage=item.stage,
                native_id=item.native_id,
                place=item.place,
                part=item.part,
            )
            self._parked[item.id] = _Held(slim, life)
            _bound(self._parked)

    def _take(self, answer: OrderAnswer | None) -> None:
        """Let one wait: of its own source, and not laid out yet."""
        if answer is None or answer.key in self._given:
            return
        if answer.place.topic == self._world.topology.raw_topic(answer.source):
            self._waiting.setdefault(answer.key, answer)
            _bound(self._waiting)

    def _forget(self, key: str) -> None:
        self._waiting.pop(key, None)
        self._given[key] = None
        _bound(self._given)


def _bound(held: OrderedDict[str, _T]) -> None:
    if len(held) > MOST:
        held.popitem(last=False)
