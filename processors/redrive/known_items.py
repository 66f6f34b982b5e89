"""Where in quarantine stands what came from a place, so that it is read from there."""

from collections.abc import AsyncIterator, Iterable, Sequence

from bus.delivery.marks import Mark
from bus.delivery.quarantine import is_quarantined
from bus.record import Record
from processors.redrive.known_spots import MOST_SPOTS, KnownSpots
from processors.redrive.quarantine import (
    Item,
    WantedItems,
    item_mark,
    item_of,
    read_items,
)
from processors.subscriptions.world import World


class KnownItems:
    """The places of one quarantine topic, as far as it was read."""

    def __init__(self, most: int = MOST_SPOTS) -> None:
        self._known = KnownSpots(_places, item_mark, most)

    async def of(self, world: World, places: Iterable[str]) -> list[Item]:
        """All that was put aside from these places, in the order in which it was.

        Raises:
            TopicError: there is no such topic.
            BrokerUnavailableError: Kafka gives no answer.
        """
        wanted = frozenset(places)
        spotted = await self._known.of(world, world.topology.quarantine, wanted)
        items = [item_of(record, mark) for record, mark in spotted]
        meant = [item for item in items if item.place in wanted]
        return sorted(meant, key=lambda item: item.at_ms)

    async def read(
        self, world: World, wanted: WantedItems
    ) -> AsyncIterator[Sequence[Item]]:
        """As `read_items`; what is named by its place is read from there."""
        if not wanted.places:
            async for batch in read_items(world, wanted):
                yield batch
            return
        items = await self.of(world, wanted.places)
        yield [item for item in items if wanted.holds(item)]

    async def marks(self, world: World, record: Record) -> Sequence[Mark]:
        """As `KnownSpots.marks`."""
        return await self._known.marks(world, record)


async def _places(record: Record) -> Sequence[str]:
    return [item_of(record, None).place] if is_quarantined(record) else ()
