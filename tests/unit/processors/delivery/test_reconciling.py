"""Asking the coordinator: when, of whom, and what comes of it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.observer import MemoryObserver
from bus.delivery.membership import Assigned, Members
from bus.errors import BrokerUnavailableError
from bus.ports import Lag
from bus.record import TopicPartition
from processors.delivery.reconciling import Membership, Reconciling
from processors.telemetry import group_names as names

MINE, THEIRS = TopicPartition("oms.order", 0), TopicPartition("oms.order", 1)
OTHER = TopicPartition("oms.item", 0)
_STUCK: Members = {
    "me": Assigned(frozenset({MINE}), frozenset({MINE, THEIRS})),
}
_FINE: Members = {
    "me": Assigned(frozenset({MINE}), frozenset({MINE})),
    "you": Assigned(frozenset({THEIRS, OTHER}), frozenset({THEIRS, OTHER})),
}


class Scene:
    """Kafka, its coordinator and a member of ours."""

    def __init__(self) -> None:
        self.lags = {MINE: Lag(5, 0, 9), THEIRS: Lag(3, 0, 9), OTHER: Lag(2, 0, 2)}
        self.held = {MINE}
        self.away = False
        self.answers: Mapping[str, Members] = {}
        self.looked: list[Collection[str]] = []
        self.asked: list[Collection[str]] = []
        self.heard: list[Members] = []

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """As of now, or nothing."""
        assert group == "bus.fanout"
        if self.away:
            raise BrokerUnavailableError("timed out")
        self.looked.append(topics)
        return {tp: lag for tp, lag in self.lags.items() if tp.topic in topics}

    async def members(self, group: str) -> int:
        """Nobody asks."""
        raise AssertionError(group)

    async def ask(self, groups: Collection[str]) -> Mapping[str, Members]:
        """What a process of its own has found out."""
        self.asked.append(groups)
        return self.answers

    async def obeys(self, members: Members) -> bool:
        """Our member."""
        self.heard.append(members)
        return members is not _STUCK


@asynccontextmanager
async def _running(
    scene: Scene, clock: MemoryClock, observer: MemoryObserver
) -> AsyncIterator[None]:
    membership = Membership(
        group="bus.fanout",
        topics=lambda: ["oms.item", "oms.order"],
        held=lambda: scene.held,
        members=lambda: [scene],
    )
    watch = Reconciling(scene, scene.ask, clock, observer, [membership])
    task = asyncio.create_task(watch.run())
    await clock.advance(0)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_nobody_is_asked_while_all_flows() -> None:
    """What is held here is no reason, however it stands, nor what has no records."""
    scene, clock = Scene(), MemoryClock()
    async with _running(scene, clock, MemoryObserver()):
        for minute in range(10):
            scene.lags[THEIRS] = Lag(3 + minute, 0, 99)
            await clock.advance(60)
    assert len(scene.looked) == 10
    assert scene.asked == []


async def test_who_holds_all_of_a_topic_asks_nothing_of_it() -> None:
    """Alone in a group, a process looks once."""
    scene, clock = Scene(), MemoryClock()
    scene.held = set(scene.lags)
    async with _running(scene, clock, MemoryObserver()):
        await clock.advance(300)
        assert scene.looked == [["oms.item", "oms.order"]]
        scene.held.remove(THEIRS)
        await clock.advance(60)
        assert scene.looked[1:] == [["oms.order"]]


async def test_a_standstill_is_asked_about_once_a_minute() -> None:
    """Our member hears each answer, and whoever looks at the log of each question."""
    scene, clock, observer = Scene(), MemoryClock(), MemoryObserver()
    scene.answers = {"bus.fanout": _STUCK}
    async with _running(scene, clock, observer):
        await clock.advance(180)
    assert scene.asked == [["bus.fanout"], ["bus.fanout"]]
    assert scene.heard == [_STUCK, _STUCK]
    said = {"group": "bus.fanout", **THEIRS._asdict(), "partitions": 1}
    assert observer.notes == [(names.STANDSTILL, said)] * 2
    assert observer.measures == [(names.QUESTIONS, 1, "answer")] * 2


async def test_a_partition_that_another_holds_is_let_alone() -> None:
    """It stands for reasons of its own: its partner is away."""
    scene, clock = Scene(), MemoryClock()
    scene.answers = {"bus.fanout": _FINE}
    async with _running(scene, clock, MemoryObserver()):
        await clock.advance(1200)
    assert scene.heard == [_FINE]


async def test_no_answer_is_no_reason_to_do_anything() -> None:
    """Neither of the coordinator, nor of Kafka as a whole."""
    scene, clock, observer = Scene(), MemoryClock(), MemoryObserver()
    async with _running(scene, clock, observer):
        await clock.advance(120)
        scene.away = True
        await clock.advance(120)
        scene.away = False
        await clock.advance(60)
    assert len(scene.asked) == 2
    assert scene.heard == []
    assert observer.measures == [(names.QUESTIONS, 1, "none")] * 2
