"""A bug met by one delivery is that delivery's affair: it is routed, and said."""

import pytest

from bus.adapters.memory import MemoryObserver
from bus.delivery.delivery import Reason
from bus.ports import Answer
from bus.record import TopicPartition
from bus.webhook.signing import Signer
from processors.delivery.fanout import Fanout
from processors.delivery.hops import Hops
from processors.delivery.ticket import Ticket
from processors.telemetry import names
from tests.support.engine import MemoryBus, url


@pytest.fixture
def bus() -> MemoryBus:
    """A bus with one partner."""
    made = MemoryBus()
    made.subscribe("erp", retry=["1s"])
    return made


def fail(*given: object, **named: object) -> None:
    """The bug."""
    raise ZeroDivisionError(f"{len(given) + len(named)} given")


def bugs(bus: MemoryBus) -> list[object]:
    """The exceptions that were said."""
    return [
        fields["exc_info"] for name, fields in bus.observer.notes if name == names.BUG
    ]


def committed(bus: MemoryBus) -> bool:
    """Whether the fanout stands behind all that it has read."""
    return all(
        bus.committed("fanout", TopicPartition(tp.topic, tp.partition))
        == bus.broker.log(tp).end
        for tp in bus.broker.partitions(["oms.order"])
        if bus.broker.log(tp).end
    )


async def test_a_bug_before_the_answer_is_a_failed_attempt(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted, tried again, and in the end a dead letter that says why."""
    monkeypatch.setattr(Signer, "sign", fail)
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(0.5)
        (hop,) = bus.hops("erp", "1s")
        assert hop.attempts == 1
        assert "ZeroDivisionError" in hop.detail
        assert committed(bus)
        await bus.clock.advance(5)
        (letter,) = bus.dead_letters("erp")
    assert letter.reason is Reason.EXHAUSTED
    assert "bug: ZeroDivisionError" in letter.detail
    assert [a.outcome for a in bus.attempts] == ["unreachable", "unreachable"]
    assert len(bugs(bus)) == 2


async def test_a_bug_after_the_answer_is_a_dead_letter(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be routed is put aside, not left open for ever."""
    monkeypatch.setattr(Fanout, "retry", fail)
    bus.sender.always(url("erp"), Answer(500))
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(1)
        (letter,) = bus.dead_letters("erp")
        assert letter.reason is Reason.BUG
        assert letter.detail.startswith("ZeroDivisionError")
        assert committed(bus)
    assert len(bugs(bus)) == 1


async def test_a_bug_after_the_end_changes_nothing(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted and settled is not put aside because of it."""
    done = Fanout.done

    def settles_and_fails(fanout: Fanout, ticket: Ticket) -> None:
        done(fanout, ticket)
        fail()

    monkeypatch.setattr(Fanout, "done", settles_and_fails)
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(1)
        assert committed(bus)
    assert not bus.dead_letters("erp")
    assert len(bugs(bus)) == 1


async def test_a_bug_in_what_is_told_decides_nothing(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery whose report fails was accepted all the same."""
    monkeypatch.setattr(MemoryObserver, "attempt", fail)
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(1)
        assert len(bus.ids("erp")) == 1
        assert committed(bus)
    assert not bus.dead_letters("erp")
    assert len(bugs(bus)) == 1


@pytest.mark.parametrize(
    ("ordering", "hop"), [("none", "to_tier"), ("key", "to_ordered")]
)
async def test_a_bug_in_a_hop_is_a_dead_letter(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch, ordering: str, hop: str
) -> None:
    """Moving on without an attempt, and into the ordered topic, likewise."""
    bus.subscribe("shop", ordering=ordering, retry=["1s"])
    monkeypatch.setattr(Hops, hop, fail)
    bus.sender.always(url("shop"), Answer(500))
    async with bus.running():
        for number in range(3):
            await bus.produce("SO-1", number)
        await bus.clock.advance(20)
        letters = bus.dead_letters("shop")
        assert letters
        assert {letter.reason for letter in letters} <= {Reason.BUG}
        assert committed(bus)
    assert bugs(bus)


async def test_a_bug_in_the_dead_letter_too_leaves_the_record_open(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost: it is not committed, and the others flow on."""
    monkeypatch.setattr(Fanout, "retry", fail)
    monkeypatch.setattr(Hops, "to_dead_letters", fail)
    bus.subscribe("shop")
    bus.sender.always(url("erp"), Answer(500))
    async with bus.running():
        await bus.produce("SO-1", 1)
        await bus.produce("SO-1", 2)
        await bus.clock.advance(1)
        assert len(bus.ids("shop")) == 2
        assert not committed(bus)
    assert len(bugs(bus)) == 4
