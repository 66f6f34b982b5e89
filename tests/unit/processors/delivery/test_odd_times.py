"""Records with timestamps of the producer's: years old, in seconds, in the future."""

import pytest

from bus.adapters.memory import settle
from bus.delivery.delivery import Reason
from bus.ports import Answer
from tests.support.engine import MemoryBus, url

FAILED = Answer(500)
ODD = {
    "none": -1,
    "zero": 0,
    "in seconds": 1_779_999_999,
    "last year": 1_748_000_000_000,
    "in microseconds": 1_779_999_999_000_000,
    "the largest": 2**63 - 1,
}
odd_times = pytest.mark.parametrize("created_ms", ODD.values(), ids=ODD.keys())


@odd_times
async def test_is_retried_like_any_other(created_ms: int) -> None:
    """Age counts from arrival, not from what a clock said."""
    bus = MemoryBus()
    bus.subscribe("erp")
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        await bus.produce(created_ms=created_ms)
        await bus.clock.advance(60)
        assert len(bus.sender.sent) == 4
        (letter,) = bus.dead_letters("erp")
        assert (letter.reason, letter.attempts) == (Reason.EXHAUSTED, 4)
        assert letter.origin.own_ms == created_ms


@odd_times
async def test_does_not_outlast_what_its_topic_keeps(created_ms: int) -> None:
    """What an outage holds becomes a dead letter at max_age, in the future or not."""
    bus = MemoryBus()
    bus.subscribe("erp", max_age_s=3_600)
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        for number in range(10):
            await bus.produce(f"SO-{number}", created_ms=created_ms)
        await bus.clock.advance(3_590)
        assert not bus.dead_letters("erp")
        await bus.clock.advance(20)
        letters = bus.dead_letters("erp")
        assert [letter.reason for letter in letters] == [Reason.TOO_OLD] * 10


async def test_the_age_of_an_arrival_is_the_broker_s() -> None:
    """Where the broker stamps, time spent unread in the topic counts."""
    bus = MemoryBus()
    bus.subscribe("erp", max_age_s=3_600)
    bus.sender.always(url("erp"), FAILED)
    await bus.produce()
    await bus.clock.advance(3_700)
    async with bus.running():
        await settle()
        (letter,) = bus.dead_letters("erp")
        assert letter.reason is Reason.TOO_OLD
