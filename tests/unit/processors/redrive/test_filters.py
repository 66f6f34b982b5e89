"""Filters asked for people: nobody waits for others' expressions, and owners pay."""

import asyncio
import threading
from dataclasses import replace

import pytest

from bus.adapters.memory import settle
from bus.delivery.effort import STEPS_A_SECOND, Efforts
from bus.delivery.matching import Matcher
from bus.event import Event
from processors.redrive.filters import Filters
from tests.support.facts import a_subscription, an_event
from tests.support.past import Past
from tests.support.worlds import Worlds

CHEAP, NEVER = "status == 'created'", "status == 'never'"
ENDLESS = "|".join(["[@,@][]"] * 30)


def doubling(times: int) -> str:
    """A filter that holds, and takes twice as many steps with each time more."""
    return " | ".join(["`[1]`", *["[@,@][]"] * times])


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """On which threads filters were asked."""
    seen: set[str] = set()
    match = Matcher.match

    def heard(self: Matcher, event: Event, doc: object) -> object:
        seen.add(threading.current_thread().name)
        return match(self, event, doc)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(Matcher, "match", heard)
    return seen


async def test_what_costs_little_is_asked_in_place(
    past: Past, threads: set[str]
) -> None:
    """No thread is begun for it."""
    those = [a_subscription("yes", filter=CHEAP), a_subscription("no", filter=NEVER)]
    match = await Filters(past.world, those).match(an_event())
    assert match.subscriptions == ["yes"]
    assert threads == {threading.current_thread().name}


async def test_what_costs_much_is_asked_aside(past: Past, threads: set[str]) -> None:
    """The loop goes on serving; the answer is the same."""
    those = [
        a_subscription("yes", filter=CHEAP),
        a_subscription("dear", filter=doubling(9)),
    ]
    match = await Filters(past.world, those).match(an_event())
    assert match.subscriptions == ("yes", "dear")
    assert len(threads) == 2


async def test_owners_pay(past: Past, worlds: Worlds) -> None:
    """Who has nothing left is undecided until there is something again."""
    efforts = Efforts(STEPS_A_SECOND, worlds.clock.monotonic)
    world = replace(past.world, efforts=efforts)
    those = [
        a_subscription("dear", owner="dear", filter=doubling(9)),
        a_subscription("fair", owner="fair", filter=f"{doubling(9)} || @"),
    ]
    filters = Filters(world, those)
    assert (await filters.match(an_event())).subscriptions == ("dear", "fair")
    assert efforts.left("dear") < STEPS_A_SECOND
    efforts.spend("dear", 2 * STEPS_A_SECOND)
    poor = await filters.match(an_event())
    assert (poor.subscriptions, poor.undecided) == (("fair",), ["dear"])
    deciding = asyncio.create_task(filters.decided(an_event()))
    await worlds.clock.advance(0.5)
    assert not deciding.done()
    await worlds.clock.advance(1)
    assert (await deciding).subscriptions == ("dear", "fair")


async def test_what_comes_to_no_end_is_undecided(past: Past) -> None:
    """Also for who waits: no filter is asked for ever."""
    filters = Filters(past.world, [a_subscription("endless", filter=ENDLESS)])
    for asking in (filters.match, filters.decided):
        assert (await asking(an_event())).undecided == ["endless"]


async def test_one_at_a_time(past: Past) -> None:
    """However many wait: the loop shares its processor with one of them."""
    filters = Filters(past.world, [a_subscription("dear", filter=doubling(12))])
    async with past.world.aside:
        asking = asyncio.create_task(filters.match(an_event()))
        await settle()
        assert not asking.done()
    assert (await asking).subscriptions == ("dear",)
