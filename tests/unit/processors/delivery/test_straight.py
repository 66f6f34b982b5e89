"""What takes no task of its own, and what does; both keep the same promises."""

import asyncio
from collections.abc import Callable
from types import CoroutineType

import pytest

from bus.adapters.memory import MemorySender, settle
from bus.adapters.memory.sender import After
from bus.ports import Answer, Post, Reply
from bus.record import TopicPartition
from processors.delivery.posting import Posting
from processors.sinks import Webhooks
from processors.telemetry import names
from tests.support.engine import MemoryBus, url


@pytest.fixture
def bus() -> MemoryBus:
    """A bus with one partner."""
    made = MemoryBus()
    made.subscribe("erp", retry=["1s"])
    return made


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the coroutines that tasks are made of."""
    made: list[str] = []
    create = asyncio.create_task

    def watched(
        coroutine: "CoroutineType[object, object, None]", *, name: str | None = None
    ) -> asyncio.Task[None]:
        made.append(coroutine.__qualname__)
        return create(coroutine, name=name)

    monkeypatch.setattr(asyncio, "create_task", watched)
    return made


def bugs(bus: MemoryBus) -> int:
    """How many bugs were said."""
    return sum(name == names.BUG for name, _ in bus.observer.notes)


async def test_what_is_accepted_takes_no_task(bus: MemoryBus, tasks: list[str]) -> None:
    """However many there are; what is not accepted takes one, for its hop."""
    async with bus.running():
        await bus.produce()  # for which its schema is fetched
        await settle()
        del tasks[:]
        for number in range(5):
            await bus.produce("SO-1", number)
        await settle()
        assert len(bus.ids("erp")) == 6
        assert not tasks
        bus.sender.then(url("erp"), Answer(500))
        await bus.produce("SO-1", 6)
        await settle()
        assert [t for t in tasks if "Deliver" in t] == ["Deliver._follow"]
        assert len(bus.hops("erp", "1s")) == 1


async def test_all_that_was_acknowledged_ends_in_one_turn(bus: MemoryBus) -> None:
    """Thousands that end at once neither recurse nor hold slots."""
    bus.subscribe("erp", concurrency=1)
    async with bus.running() as engine:
        subscriber = engine.subscribers.get("erp")
        assert subscriber is not None
        bus.sender.then(url("erp"), After(0.5, Answer(200)))
        await bus.produce()
        await settle()
        for number in range(1_500):
            event = await bus.produce("SO-1", number)
            bus.acked.add(("erp", event.webhook_id))
        await settle()
        assert (subscriber.in_flight, subscriber.depth) == (1, 1_500)
        await bus.clock.advance(0.6)
        assert len(bus.sender.sent) == 1
        assert (subscriber.in_flight, subscriber.depth) == (0, 0)
        assert [a.route for a in bus.attempts] == ["done"] * 1_501


class Ending(MemorySender):
    """Its kept connections end before the first post comes; it is asked again."""

    ended = 0
    timeouts: list[float]

    def start(self, post: Post, heard: Callable[[Reply | None], object]) -> bool:
        """Hear of it after two seconds."""
        del post
        self.ended += 1
        asyncio.get_running_loop().create_task(self._end(heard))
        return True

    async def _end(self, heard: Callable[[Reply | None], object]) -> None:
        await self._clock.sleep(2)
        heard(None)

    async def send(self, post: Post) -> Reply:
        """Note the time that is left."""
        self.timeouts.append(post.timeout_s)
        return await super().send(post)


async def test_a_connection_that_ended_costs_no_attempt(bus: MemoryBus) -> None:
    """The same post goes out once more, in the time that is left."""
    bus.subscribe("erp", timeout_s=5)
    sender = bus.sender = Ending(bus.clock)
    sender.timeouts = []
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(3)
        assert (sender.ended, len(bus.ids("erp"))) == (1, 1)
        assert sender.timeouts == [pytest.approx(3, abs=0.1)]
        assert [(a.number, a.outcome) for a in bus.attempts] == [(1, "accepted")]


def fail(*given: object, **named: object) -> None:
    """The bug."""
    raise ZeroDivisionError(f"{len(given) + len(named)} given")


@pytest.mark.parametrize(
    ("owner", "name"), [(MemorySender, "start"), (Webhooks, "judged")]
)
async def test_a_bug_of_a_sink_is_a_failed_attempt(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    """Where it begins and where it judges: counted, tried again, and said."""
    monkeypatch.setattr(owner, name, fail)
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(0.5)
        (hop,) = bus.hops("erp", "1s")
        assert (hop.attempts, bugs(bus)) == (1, 1)
        assert "ZeroDivisionError" in hop.detail
        subscriber = engine.subscribers.get("erp")
        assert subscriber is not None
        assert subscriber.in_flight == 0


async def test_a_bug_before_anything_is_sent_is_a_dead_letter(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot even begin is put aside, and its slot is given back."""
    monkeypatch.setattr(Posting, "send", fail)
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(0.5)
        (letter,) = bus.dead_letters("erp")
        assert letter.detail.startswith("ZeroDivisionError")
        subscriber = engine.subscribers.get("erp")
        assert subscriber is not None
        assert subscriber.in_flight == 0
        (tp,) = (tp for tp in bus.broker.partitions(["oms.order"]) if _end(bus, tp))
        assert bus.committed("fanout", tp) == _end(bus, tp)


def _end(bus: MemoryBus, tp: TopicPartition) -> int:
    return bus.broker.log(tp).end
