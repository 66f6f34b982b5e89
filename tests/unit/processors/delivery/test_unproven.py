"""No real event goes to an endpoint that has not said that it wants them."""

import pytest

from bus.adapters.memory import settle
from tests.support.engine import MemoryBus, url


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_deliveries_wait_for_its_word(ordering: str) -> None:
    """Matched and held, no attempt used; all go out once it is proven."""
    bus = MemoryBus()
    one = bus.subscribe("erp", unproven=True, ordering=ordering)
    bus.subscribe("crm")
    async with bus.running() as engine:
        events = [await bus.produce("SO-1", number) for number in range(3)]
        await bus.clock.advance(3_600)
        assert not bus.sender.posts(url("erp"))
        assert len(bus.ids("crm")) == 3  # nobody else waits for it
        if ordering == "none":
            assert [hop.attempts for hop in bus.hops("erp", "1s")] == [0, 0, 0]
            held = [a.detail for a in bus.attempts if not a.number]
            assert held == ["unproven"] * 3
        engine.changed(one, one.model_copy(update={"unproven": False}))
        await settle()
        assert sorted(bus.ids("erp")) == sorted(event.id for event in events)
        tried = [a for a in bus.attempts if a.number and a.subscription == "erp"]
        assert [(a.number, a.outcome) for a in tried] == [(1, "accepted")] * 3


async def test_the_allowed_rate_limits_it() -> None:
    """As a rate of its own would; the lower one counts."""
    bus = MemoryBus()
    bus.subscribe("erp", rate=100.0, allowed_rate=1.0)
    async with bus.running():
        for number in range(6):
            await bus.produce(f"SO-{number}", number)
        await bus.clock.advance(0.5)
        assert len(bus.ids("erp")) < 6
        await bus.clock.advance(60)
        assert len(bus.ids("erp")) == 6


async def test_a_change_is_no_refill() -> None:
    """However often its owner changes it, its endpoint gets no more than it allowed."""
    bus = MemoryBus()
    one = bus.subscribe("erp", allowed_rate=1 / 60, concurrency=1)
    async with bus.running() as engine:
        for number in range(20):
            await bus.produce(f"SO-{number}", number)
        for number in range(20):
            new = one.model_copy(update={"description": str(number)})
            engine.changed(one, new)
            one = new
            await bus.clock.advance(3)
        assert len(bus.sender.posts(url("erp"))) <= 2  # within a minute
        engine.changed(one, one.model_copy(update={"allowed_rate": 100.0}))
        await bus.clock.advance(60)
        assert len(bus.ids("erp")) == 20


async def test_a_higher_rate_counts_at_once() -> None:
    """Nobody waits for the chance that the lower one would have given."""
    bus = MemoryBus()
    one = bus.subscribe("erp", allowed_rate=1 / 60, ordering="key")
    async with bus.running() as engine:
        for number in range(5):
            await bus.produce(f"SO-{number}", number)
        await bus.clock.advance(1)
        assert len(bus.ids("erp")) == 1
        engine.changed(one, one.model_copy(update={"allowed_rate": 100.0}))
        await bus.clock.advance(1)
        assert len(bus.ids("erp")) == 5
