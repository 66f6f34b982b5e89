"""Whatever a record holds, it is that record's end and nobody else's."""

from collections.abc import Sequence

import pytest
from typing_extensions import override

from bus.contracts.codec import Schema
from bus.contracts.writers import Writer, chosen
from bus.delivery.attributes import read_attributes
from bus.delivery.delivery import Reason
from bus.delivery.headers import read_state
from bus.errors import DecodeError, undecodable
from bus.native import reading
from bus.record import Message, Record, TopicPartition
from processors.delivery.content import Content
from processors.delivery.partition import Partition
from processors.delivery.subscribers import Subscribers
from processors.telemetry import names
from tests.support.engine import MemoryBus
from tests.support.loop import Desk, World

_NO_UTF8 = b"\xff".decode(errors="surrogateescape")
_ERRORS = (RecursionError("too deep"), OverflowError("too large"), MemoryError())


@pytest.fixture
def bus() -> MemoryBus:
    """A fresh bus."""
    return MemoryBus()


def quarantined(bus: MemoryBus) -> Sequence[str]:
    """The reasons in the quarantine, in order of time."""
    found = sorted(bus.records("bus.quarantine"), key=lambda r: r.timestamp_ms)
    return [dict(r.headers)["bus-quarantine-reason"].decode() for r in found]


def test_headers_that_cannot_be_read_are_never_taken_for_none() -> None:
    """Attributes and delivery state would be made up, or missing, in silence."""
    record = Record("oms.order", 0, 0, 0, b"k", b"v", unreadable="a header's name: ff")
    for read in (read_attributes, read_state):
        with pytest.raises(DecodeError, match="a header's name: ff"):
            read(record)


def test_an_unforeseen_error_says_what_it_was() -> None:
    """The reason in the quarantine is for people; a DecodeError speaks for itself."""
    assert str(undecodable(RecursionError("deep"))) == "RecursionError: deep"
    known = DecodeError("no Avro")
    assert undecodable(known) is known


async def test_a_source_record_with_unreadable_headers(bus: MemoryBus) -> None:
    """It is put aside with key, value and reason; those around it are delivered."""
    bus.subscribe("erp")
    async with bus.running():
        before = await bus.produce("SO-1", 1)
        odd = bus.records("oms.order")[0]._replace(headers=((_NO_UTF8, b"v"),))
        bus.broker.append(Message(odd.topic, odd.key, odd.value, odd.headers))
        after = await bus.produce("SO-1", 2)
        await bus.clock.advance(1)
        assert bus.ids("erp") == [before.id, after.id]
        assert quarantined(bus) == ["a header's name is not UTF-8: ff"]
        (aside,) = bus.records("bus.quarantine")
        assert (aside.key, aside.value) == (odd.key, odd.value)
        place = dict(aside.headers)["bus-quarantine-origin"].decode()
        topic, partition, _ = place.split("/")
        assert bus.committed("fanout", TopicPartition(topic, int(partition))) == 3


async def test_a_record_of_which_nothing_can_be_read(bus: MemoryBus) -> None:
    """Why it cannot is told, not that it is empty; a replay says the same."""
    bus.subscribe("erp")
    async with bus.running():
        bus.broker.append(Message("oms.order", None, None, ((_NO_UTF8, b"v"),)))
        await bus.clock.advance(1)
        assert quarantined(bus) == ["a header's name is not UTF-8: ff"]


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_a_hop_with_unreadable_headers(bus: MemoryBus, ordering: str) -> None:
    """Somebody wrote into our topics: their record is put aside, ours goes on."""
    made = bus.subscribe("erp", ordering=ordering)
    topics = [t.name for t in bus.topology.topics_of(made)]
    topic = next(name for name in topics if ".dlq." not in name)
    async with bus.running():
        odd = Message(topic, b"k", b"v", ((_NO_UTF8, b"v"),), partition=0)
        bus.broker.append(odd)
        await bus.clock.advance(1)
        assert quarantined(bus) == ["a header's name is not UTF-8: ff"]
        role = "ordered" if ordering == "key" else "retry"
        assert bus.committed(role, TopicPartition(topic, 0)) == 1


@pytest.mark.parametrize("error", _ERRORS, ids=lambda e: type(e).__name__)
async def test_an_error_nobody_foresaw_while_decoding(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What a codec makes of hostile bytes ends with the record."""
    fails = [error]

    def once(writer: Writer, body: bytes) -> tuple[Schema, bytes]:
        if fails:
            raise fails.pop()
        return chosen(writer, body)

    monkeypatch.setattr(reading, "chosen", once)
    bus.subscribe("erp")
    async with bus.running():
        await bus.produce("SO-1", 1)
        good = await bus.produce("SO-1", 2)
        await bus.clock.advance(1)
        assert bus.ids("erp") == [good.id]
        assert quarantined(bus) == [str(undecodable(error))]


@pytest.mark.parametrize("error", _ERRORS, ids=lambda e: type(e).__name__)
async def test_an_error_nobody_foresaw_while_matching(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The content that filters work on may be anything."""
    match = Subscribers.match
    fails = [error]

    def once(subscribers: Subscribers, content: Content) -> object:
        if fails:
            raise fails.pop()
        return match(subscribers, content)

    monkeypatch.setattr(Subscribers, "match", once)
    bus.subscribe("erp")
    async with bus.running():
        await bus.produce("SO-1", 1)
        good = await bus.produce("SO-1", 2)
        await bus.clock.advance(1)
        assert bus.ids("erp") == [good.id]
        assert quarantined(bus) == [str(undecodable(error))]


async def test_an_error_nobody_foresaw_while_rendering(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The delivery becomes a dead letter at once: no attempt can ever be made."""

    def fail(*_: object) -> bytes:
        raise OverflowError("too large")

    monkeypatch.setattr(Content, "body", fail)
    bus.subscribe("erp")
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(1)
        (letter,) = bus.dead_letters("erp")
        assert letter.reason is Reason.UNRENDERABLE
        assert "OverflowError: too large" in letter.detail


class Clumsy(Desk):
    """A handler with a bug that one record brings out."""

    @override
    def handle(self, partition: Partition, record: Record) -> None:
        """Take all but the second record."""
        if record.offset == 1:
            raise ZeroDivisionError
        super().handle(partition, record)


async def test_a_bug_in_a_handler_keeps_its_record_open() -> None:
    """The records behind it go on; it is not committed, so a mended bus reads it."""
    world, desk = World(), Clumsy()
    world.write(3)
    async with world.running(desk=desk) as loop:
        assert desk.offsets == [0, 2]
        desk.settle(0, 2)
        await world.clock.advance(0.2)
        assert world.committed == 1
        assert loop.alive()
        assert world.noted(names.BUG) == 1
    async with world.running() as loop:
        assert world.desk.offsets[0] == 1
        assert loop.unsettled == 1
