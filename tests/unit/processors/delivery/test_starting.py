"""What a start says of subscriptions: nothing of those that are as they were."""

from bus.adapters.memory import settle
from bus.ports import Change
from tests.support.engine import MemoryBus


async def test_what_was_there_is_no_news() -> None:
    """However many there are; one that comes later is."""
    bus = MemoryBus()
    for number in range(20):
        bus.subscribe(f"sub-{number}")
    async with bus.running() as engine:
        await settle()
        assert bus.observer.transitions == []
        engine.changed(None, bus.subscribe("late"))
        assert bus.observer.transitions == [("late", Change.ADDED, "")]
