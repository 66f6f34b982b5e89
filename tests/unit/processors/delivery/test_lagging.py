"""Lag: what the gauge shows, and what is said when Kafka is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

import pytest

from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.observer import MemoryObserver
from bus.errors import BrokerUnavailableError, OrderbusError, TopicError
from bus.ports import Lag
from bus.record import Expired, TopicPartition
from processors.delivery.lagging import LagWatch
from processors.telemetry import names

MINE = TopicPartition("oms.order", 0)
THEIRS = TopicPartition("oms.order", 1)


class Groups:
    """A group that stands where it is told, while Kafka answers."""

    def __init__(self) -> None:
        self.lags = {MINE: Lag(5, 0, 12), THEIRS: Lag(0, 0, 100)}
        self.away: OrderbusError | None = None

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """The lag of the topics asked for."""
        assert group == "bus.fanout"
        if self.away:
            raise self.away
        return {tp: lag for tp, lag in self.lags.items() if tp.topic in topics}

    async def members(self, group: str) -> int:
        """Nobody asks."""
        raise AssertionError(group)


@asynccontextmanager
async def _running(
    groups: Groups,
    clock: MemoryClock,
    observer: MemoryObserver,
    overtaken: Callable[[Expired], None] = lambda _: None,
) -> AsyncIterator[LagWatch]:
    watch = LagWatch(
        groups,
        clock,
        observer,
        {"bus.fanout": lambda: [MINE]},
        overtaken={"bus.fanout": overtaken},
    )
    task = asyncio.create_task(watch.run())
    await clock.advance(0)
    yield watch
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_only_what_is_held_counts() -> None:
    """Each process shows the lag of its own partitions, so that sums are true."""
    groups, clock = Groups(), MemoryClock()
    async with _running(groups, clock, MemoryObserver()) as watch:
        assert watch.lag() == {"oms.order": 7}
        groups.lags[MINE] = Lag(12, 0, 12)
        await clock.advance(10)
        assert watch.lag() == {"oms.order": 0}


@pytest.mark.parametrize("error", [BrokerUnavailableError, TopicError])
async def test_outage_is_said_once_each_way(error: type[OrderbusError]) -> None:
    """An outage is two log lines and fails the readiness check while it lasts.

    A broker that begins anew may say that there is no such topic or partition.
    """
    groups, clock, observer = Groups(), MemoryClock(), MemoryObserver()
    async with _running(groups, clock, observer) as watch:
        assert watch.broker() is None
        groups.away = error("timed out")
        await clock.advance(35)
        assert watch.broker() == "no answer for 25 s"
        assert watch.lag() == {"oms.order": 7}
        groups.away = None
        await clock.advance(10)
        assert watch.broker() is None
    assert observer.notes == [
        (names.BROKER_LOST, {"why": "timed out"}),
        (names.BROKER_BACK, {"away_s": 26.0}),
    ]


async def test_a_start_beyond_the_commit_is_told_of() -> None:
    """Also of a paused partition, which no member reads; not of another's."""
    groups, clock, told = Groups(), MemoryClock(), list[Expired]()
    groups.lags[THEIRS] = Lag(0, 50, 100)
    async with _running(groups, clock, MemoryObserver(), told.append):
        assert told == []
        groups.lags[MINE] = Lag(5, 5, 12)
        await clock.advance(10)
        assert told == []
        groups.lags[MINE] = Lag(5, 8, 12)
        await clock.advance(10)
        assert told == [Expired(MINE, 8)]
        groups.lags[MINE] = Lag(-1, 8, 12)
        await clock.advance(10)
        assert told == [Expired(MINE, 8)]
