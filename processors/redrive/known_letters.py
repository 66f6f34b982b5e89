"""Where the dead letters of an event stand, so that they are read from there."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence

from bus.delivery.marks import Mark
from bus.record import Record
from processors.redrive.events import Events
from processors.redrive.known_spots import MOST_SPOTS, KnownSpots
from processors.redrive.letters import (
    Letter,
    Wanted,
    letter_mark,
    letter_of,
    read_letters,
)
from processors.subscriptions.world import World


class KnownLetters:
    """Of the subscriptions that were asked for lately."""

    def __init__(self, most: int = MOST_SPOTS) -> None:
        self._most = most
        self._topics: OrderedDict[str, KnownSpots] = OrderedDict()

    async def of(
        self, world: World, subscription: str, events: Iterable[str]
    ) -> list[Letter]:
        """All dead letters of these events (webhook-ids, or the producers' own).

        In the order in which they became dead letters.

        Raises:
            TopicError, RegistryUnavailableError: as `read_letters`.
            BrokerUnavailableError: Kafka gives no answer.
        """
        wanted = Wanted(events=tuple(events))
        topic = world.topology.dlq_topic(subscription)
        schemas = Events(world.schemas)
        found = [
            await letter_of(subscription, record, mark, schemas)
            for record, mark in await self._spots(world, topic).of(
                world, topic, wanted.events
            )
        ]
        return sorted(filter(wanted.holds, found), key=lambda letter: letter.at_ms)

    async def read(
        self, world: World, subscription: str, wanted: Wanted
    ) -> AsyncIterator[Sequence[Letter]]:
        """As `read_letters`; what is named by its event is read from its place."""
        if not wanted.events:
            async for batch in read_letters(world, subscription, wanted):
                yield batch
            return
        letters = await self.of(world, subscription, wanted.events)
        if meant := [letter for letter in letters if wanted.holds(letter)]:
            yield meant

    async def marks(self, world: World, record: Record) -> Sequence[Mark]:
        """As `KnownSpots.marks`."""
        return await self._spots(world, record.topic).marks(world, record)

    def _spots(self, world: World, topic: str) -> KnownSpots:
        """Those of a topic; it is the last to be forgotten."""
        spots = self._topics.setdefault(topic, _spots(world, self._most))
        self._topics.move_to_end(topic)
        held = sum(map(len, self._topics.values()))
        while held > self._most and len(self._topics) > 1:
            _, oldest = self._topics.popitem(last=False)
            held -= len(oldest)
        return spots


def _spots(world: World, most: int) -> KnownSpots:
    events = Events(world.schemas)

    async def names(record: Record) -> Iterable[str]:
        letter = await letter_of("", record, None, events)
        return dict.fromkeys((letter.event_id, letter.own_id))

    return KnownSpots(names, letter_mark, most)
