"""One owner's filters and transforms cost nobody else anything, and lose nothing."""

import pytest

from bus.adapters.memory import settle
from bus.delivery.delivery import Reason
from bus.ports import Change
from processors.delivery.engine import EnginePolicy
from processors.delivery.subscribers import SubscriberPolicy
from processors.telemetry import names
from tests.support.engine import MemoryBus, url

TOO_DEAR = " | ".join(["`[1]`", *["[@,@][]"] * 40])
HOLDS = " | ".join(["`[1]`", *["[@,@][]"] * 10])
HOLDS_NOT = f"({HOLDS}) && `false`"
FAILS = f"({HOLDS}) && abs(status)"
POLICY = EnginePolicy(subscriber=SubscriberPolicy(steps=1_000))
"""One such evaluation costs several seconds' worth of steps."""


@pytest.fixture
def bus() -> MemoryBus:
    """A fresh bus."""
    return MemoryBus()


def measured(bus: MemoryBus, name: str) -> float:
    """What was counted under a name."""
    return sum(value for n, value, _ in bus.observer.measures if n == name)


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_dear_filters_are_asked_later(bus: MemoryBus, ordering: str) -> None:
    """What they want is delivered, what they do not ends there; others feel nothing.

    No attempt is used by the waiting, and orders stay in order.
    """
    for name, text in (("yes", HOLDS), ("no", HOLDS_NOT)):
        bus.subscribe(f"acme-{name}", owner="acme", filter=text, ordering=ordering)
    bus.subscribe("fair", owner="other", filter="data")
    async with bus.running(POLICY):
        events = [await bus.produce("SO-1", number) for number in range(4)]
        await settle()
        assert len(bus.ids("fair")) == 4
        assert not bus.ids("acme-yes")
        assert measured(bus, names.UNDECIDED) == 8
        await bus.clock.advance(300)
        assert not bus.ids("acme-no")
        expected = [event.id for event in events]
        found = bus.ids("acme-yes")
        assert (found if ordering == "key" else sorted(found)) == (
            expected if ordering == "key" else sorted(expected)
        )
    tried = [a for a in bus.attempts if a.subscription == "acme-yes" and a.number]
    assert {a.number for a in tried} == {1}
    ends = [a.detail for a in bus.attempts if a.route == "done" and not a.number]
    assert ends == ["its filter does not want it"] * 4
    assert not bus.dead_letters("acme-yes")
    assert not bus.dead_letters("acme-no")


async def test_it_is_said_once_a_minute(bus: MemoryBus) -> None:
    """A log line and a count of changes, not one for every event; then it is over."""
    bus.subscribe("acme", filter=HOLDS)
    async with bus.running(POLICY) as engine:
        for number in range(20):
            await bus.produce("SO-1", number)
        await settle()
        told = [t for t in bus.observer.transitions if t[1] is Change.HELD]
        assert [name for name, _, _ in told] == ["acme"]
        assert "steps" in told[0][2]
        assert list(engine.subscribers.overdrawn()) == ["acme"]
        await bus.clock.advance(600)
        assert len(bus.ids("acme")) == 20
        assert not engine.subscribers.overdrawn()


async def test_a_filter_that_is_never_done_leaves_a_dead_letter(bus: MemoryBus) -> None:
    """Nobody knows whether it was wanted: that is its owner's to see, and to replay."""
    bus.subscribe("acme", filter=TOO_DEAR)
    async with bus.running(POLICY):
        await bus.produce()
        await bus.clock.advance(60)
    assert not bus.ids("acme")
    (letter,) = bus.dead_letters("acme")
    assert (letter.reason, letter.undecided) == (Reason.UNDECIDED, True)
    assert "100,000 steps" in letter.detail


async def test_a_dear_filter_that_fails_does_not_match(bus: MemoryBus) -> None:
    """As one that fails at once: it is noted, and the event goes to others."""
    bus.subscribe("acme", filter=FAILS)
    async with bus.running(POLICY):
        event = await bus.produce()
        await bus.clock.advance(60)
    noted = [f for n, f in bus.observer.notes if n == names.FILTER_FAILED]
    assert [f["event_id"] for f in noted] == [event.webhook_id]
    assert not bus.ids("acme")
    assert not bus.dead_letters("acme")


async def test_a_mended_filter_decides_what_waits(bus: MemoryBus) -> None:
    """The filter is asked that the subscription has when its turn comes."""
    old = bus.subscribe("acme", filter=TOO_DEAR)
    async with bus.running(POLICY) as engine:
        await bus.produce("SO-1", 0)
        await settle()
        engine.changed(old, old.model_copy(update={"filter": None}))
        await bus.clock.advance(5)
        assert len(bus.ids("acme")) == 1


async def test_dear_transforms_wait_too(bus: MemoryBus) -> None:
    """They run on the same thread; each owner's at the owner's pace, none is lost."""
    bus.subscribe("acme", owner="acme", transform=f"{HOLDS} | [0]")
    bus.subscribe("fair", owner="other")
    async with bus.running(POLICY):
        for number in range(6):
            await bus.produce("SO-1", number)
        await settle()
        assert len(bus.ids("fair")) == 6
        assert len(bus.ids("acme")) == 1
        await bus.clock.advance(300)
        assert len(bus.sender.posts(url("acme"))) == 6
    assert all(a.number <= 1 for a in bus.attempts)
