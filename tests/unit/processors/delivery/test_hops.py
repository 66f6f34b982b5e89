"""Hops that cannot be written: who stops, and who is told."""

import asyncio

from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryObserver,
    MemoryPublisher,
    settle,
)
from bus.adapters.memory.broker import Fault
from bus.ports import PartitionChange
from bus.record import Commit, Record, TopicPartition
from processors.delivery.hops import Hops
from processors.delivery.partition import Partition, Tally
from processors.delivery.reporting import Reporter
from tests.support.worlds import topology

RECORD = Record("oms.order", 0, 0, 0, b"k", b"?")


async def test_a_partition_that_went_does_not_stop() -> None:
    """While it is ours, operators hear of a failed hop; then it is given up."""
    clock, observer = MemoryClock(), MemoryObserver()
    broker = MemoryBroker(clock)
    broker.faults = lambda _: Fault.REFUSE
    for topic in topology().fixed():
        broker.create(topic)
    hops = Hops(
        MemoryPublisher(broker),
        topology(),
        clock,
        observer,
        Reporter(clock, observer, lambda _: None),
    )
    partition = Partition(
        TopicPartition("oms.order", 0), Commit(-1), Tally(10, lambda _: None)
    )
    hop = asyncio.create_task(hops.to_quarantine(partition, RECORD, "no event"))
    await settle()
    stopped = [(PartitionChange.STOPPED, (partition.tp,))]
    assert [told[1:3] for told in observer.partition_changes] == stopped
    partition.close()
    await clock.advance(1)
    assert await hop is False
    assert [told[1:3] for told in observer.partition_changes] == stopped
