"""Telling sinks: none waits for another, each hears what is so now, once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from bus.adapters.memory import MemoryClock, MemoryObserver
from bus.errors import OrderbusError
from bus.watch.alerts import Alert, Phase, advance
from bus.watch.muting import Muting
from bus.watch.sinks import Told
from bus.watch.telling import Notice
from processors.watch.ear import HUNG_S
from processors.watch.sinks import Listener, Minute, Moment
from processors.watch.telling import Telling
from tests.support.watched import WELL, found, shop

DEAD = "disabled:subscription/shop"


@dataclass
class Doubled:
    """A sink that remembers; `says` is what each try comes to."""

    says: Callable[[], BaseException | asyncio.Event | None] = lambda: None
    heard: list[str] = field(default_factory=list)
    minutes: list[Minute] = field(default_factory=list)

    async def tell(self, notice: Notice, at: float) -> None:
        """Remember it, once all went well."""
        assert at
        await self._try()
        self.heard.append(f"{notice.alert.key} {notice.alert.phase}")

    async def remind(self, minute: Minute) -> bool:
        """Likewise."""
        await self._try()
        self.minutes.append(minute)
        return True

    async def _try(self) -> None:
        said = self.says()
        if isinstance(said, asyncio.Event):
            await said.wait()
        elif said is not None:
            raise said


class Room:
    """Sinks, a clock, and what is so."""

    def __init__(self, **listeners: Listener) -> None:
        self.clock, self.observer = MemoryClock(), MemoryObserver()
        self.listeners = listeners
        self.alerts: Mapping[str, Alert] = {}
        self.telling = self.anew({})

    def anew(self, before: Mapping[str, Told]) -> Telling:
        """What another leader would begin with."""
        self.telling = Telling(self.listeners, before, self.clock, self.observer)
        return self.telling

    async def look(self, *, dead: bool, seconds: float = 5.0) -> None:
        """Let time pass, then find the shop disabled, or well."""
        facts = shop(state="disabled") if dead else WELL
        await self.clock.advance(seconds)
        self.alerts = advance(self.alerts, found(facts), self.clock.now())
        moment = Moment(at=self.clock.now())
        told = asyncio.ensure_future(self.telling.tell(self.alerts, Muting(), moment))
        await self.clock.advance(2.0)
        self.alerts = await told

    async def for_s(self, seconds: float, *, dead: bool) -> None:
        """Look every five seconds for so long."""
        for _ in range(round(seconds / 5)):
            await self.look(dead=dead, seconds=3.0)

    def state(self, name: str) -> Told:
        """How a sink fares."""
        return self.telling.states()[name]


def a(sink: Doubled) -> Listener:
    """A listener that is only told."""
    return Listener(kind="double", sink=sink)


async def test_who_hangs_holds_nobody_up_and_hears_it_once() -> None:
    """The others are told at once; its answer counts, however late it comes."""
    slow = asyncio.Event()
    hanging, other = Doubled(lambda: slow), Doubled()
    room = Room(hanging=a(hanging), other=a(other))
    await room.look(dead=True)
    assert other.heard == [f"{DEAD} firing"]
    await room.for_s(60, dead=True)
    assert "waited for" in room.state("hanging").why
    slow.set()
    await room.for_s(10, dead=True)
    assert hanging.heard == [f"{DEAD} firing"]
    assert room.alerts[DEAD].told == {"hanging", "other"}
    assert room.state("hanging").why == ""


async def test_who_hangs_for_ever_is_asked_again() -> None:
    """After five minutes, and a pause."""
    asked: list[asyncio.Event] = []

    def hang() -> asyncio.Event:
        asked.append(asyncio.Event())
        return asked[-1]

    room = Room(hanging=a(Doubled(hang)))
    await room.for_s(HUNG_S - 10, dead=True)
    assert len(asked) == 1
    await room.for_s(60, dead=True)
    assert len(asked) == 2
    assert room.state("hanging").failing_since is not None


async def test_an_hour_away_then_what_is_so_now() -> None:
    """What came and went meanwhile is not told, what still fires is, once."""
    failing = True
    sink = Doubled(lambda: OrderbusError("away") if failing else None)
    room = Room(sink=a(sink))
    for dead in (True, False, True, False, True):
        await room.for_s(700, dead=dead)
    assert sink.heard == []
    failing = False
    await room.for_s(310, dead=True)
    assert sink.heard == [f"{DEAD} firing"]
    await room.for_s(100, dead=False)
    assert sink.heard == [f"{DEAD} firing", f"{DEAD} resolved"]


async def test_an_outage_is_one_line_and_few_tries() -> None:
    """It is left alone for longer and longer, up to five minutes."""
    tries = 0

    def away() -> OrderbusError:
        nonlocal tries
        tries += 1
        return OrderbusError("away")

    room = Room(sink=a(Doubled(away)))
    await room.for_s(3_600, dead=True)
    assert 12 < tries < 25
    assert [name for name, _ in room.observer.notes] == ["watch_untold"]
    assert room.state("sink").waiting == 1


async def test_a_sink_that_answers_too_late_hears_the_end_too() -> None:
    """It took the beginning when that was over already."""
    slow = asyncio.Event()
    sink = Doubled(lambda: slow)
    room = Room(sink=a(sink))
    await room.look(dead=True)
    await room.for_s(70, dead=False)
    assert room.alerts[DEAD].phase is Phase.RESOLVED
    slow.set()
    await room.for_s(10, dead=False)
    assert sink.heard == [f"{DEAD} firing", f"{DEAD} resolved"]


async def test_a_bug_of_one_sink_is_its_own() -> None:
    """Named by its kind only, since its text may hold a secret."""
    other = Doubled()
    room = Room(odd=a(Doubled(lambda: ValueError("s3cret"))), other=a(other))
    await room.look(dead=True)
    assert other.heard == [f"{DEAD} firing"]
    assert room.state("odd").why == "a bug: ValueError"


async def test_what_a_sink_says_reaches_no_terminal() -> None:
    """Without escapes, and no longer than a line."""
    sink = Doubled(lambda: OrderbusError("\x1b[31mred\n" + "x" * 999))
    room = Room(sink=a(sink))
    await room.look(dead=True)
    assert room.state("sink").why.isprintable()
    assert len(room.state("sink").why) == 200


async def test_since_when_it_fails_outlives_a_leader() -> None:
    """The next one goes on with what the first wrote down, and tries at once."""
    sink = Doubled(lambda: OrderbusError("away"))
    room = Room(sink=a(sink))
    await room.for_s(600, dead=True)
    before = room.state("sink")
    room.anew({"sink": before, "gone": before})
    await room.look(dead=True)
    assert room.state("sink").failing_since == before.failing_since
    assert set(room.telling.states()) == {"sink"}


async def test_reminded_every_minute_of_what_it_believes() -> None:
    """Not of what it was told to be over, nor of what it never heard."""
    sink = Doubled()
    room = Room(sink=Listener(kind="double", sink=sink, reminder=sink))
    await room.look(dead=True)
    assert [one.firing for one in sink.minutes] == [1]
    await room.for_s(180, dead=True)
    assert 3 <= len(sink.minutes) <= 4
    assert [one.key for one in sink.minutes[-1].believed] == [DEAD]
    await room.for_s(180, dead=False)
    assert sink.minutes[-1].believed == []


@pytest.mark.parametrize("failing_s", [60, 3_000])
async def test_a_heartbeat_comes_back_within_a_minute(failing_s: float) -> None:
    """However long it failed: a monitor waits for it."""
    failing = True
    sink = Doubled(lambda: OrderbusError("away") if failing else None)
    room = Room(sink=Listener(kind="heartbeat", reminder=sink))
    await room.for_s(failing_s, dead=False)
    assert room.state("sink").why == "away"
    failing = False
    await room.for_s(65, dead=False)
    assert sink.minutes


async def test_a_sink_is_tried_once_when_somebody_asks() -> None:
    """A notice and its end; what came of it is told, and no other sink hears."""
    good, bad = Doubled(), Doubled(says=lambda: OrderbusError("401 \x1b[2Jnot you"))
    room = Room(good=a(good), bad=a(bad))
    asked = room.clock.now() - 1
    for _ in range(2):
        room.telling.try_out({"good": asked, "nobody": asked})
        await room.look(dead=False)
    assert good.heard == ["test:bus/bus firing", "test:bus/bus resolved"]
    told = room.state("good")
    assert (told.tried, told.tried_why, told.sent) == (asked, "", None)
    room.telling.try_out({"bad": asked})
    assert room.state("bad").tried_why is None
    await room.look(dead=False)
    assert room.state("bad").tried_why == "401  [2Jnot you"
    assert room.state("bad").failing_since is None


async def test_who_asked_long_ago_waits_no_more() -> None:
    """And another leader does not send again what was sent."""
    sink = Doubled()
    room = Room(sink=a(sink))
    room.telling.try_out({"sink": room.clock.now() - 301})
    await room.look(dead=False)
    asked = room.clock.now()
    room.telling.try_out({"sink": asked})
    await room.look(dead=False)
    room.anew(room.telling.states()).try_out({"sink": asked})
    await room.look(dead=False)
    assert len(sink.heard) == 2
