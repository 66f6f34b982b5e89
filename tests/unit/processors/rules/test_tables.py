"""Rules and lookup tables as their topics say them, odd records included."""

import pytest

from bus.adapters.memory import MemoryBroker, MemoryClock, MemoryLogReader
from bus.adapters.memory.publisher import MemoryPublisher
from bus.errors import ConflictError
from bus.intake.rules.lines import Stored, store
from bus.record import Message
from processors.rules.applying import apply, plan
from processors.rules.lookups import LookupTable
from processors.rules.opening import open_rules
from processors.rules.table import RuleTable
from tests.support.judged import rule, shipped
from tests.support.worlds import Worlds


async def test_a_record_that_cannot_be_read_changes_nothing() -> None:
    """The line stays as it was, and it says so; a tombstone takes it away."""
    clock = MemoryClock()
    broker = MemoryBroker(clock)
    for topic in Worlds().topology.fixed():
        broker.create(topic)
    publisher = MemoryPublisher(broker)
    problems: list[str] = []
    line = rule("total_sum")
    table = RuleTable(
        MemoryLogReader(broker),
        clock,
        shipped(),
        on_problem=lambda key, _: problems.append(key),
    )
    async with table:
        key = line.key.encode()
        await table.applied(
            await publisher.publish(Message("bus.rules", key, store(Stored(line))))
        )
        first = table.book
        assert first.effective("", "", "").version == first.version
        await table.applied(await publisher.publish(Message("bus.rules", key, b"{")))
        assert (table.book, problems) == (first, [line.key])
        assert line.key in table.unreadable
        await table.applied(await publisher.publish(Message("bus.rules", key, None)))
        assert dict(table.book.stored) == {}
        assert not table.unreadable


async def test_odd_rows_change_nothing() -> None:
    """Keys that are none, values that are none; others are held."""
    clock = MemoryClock()
    broker = MemoryBroker(clock)
    for topic in Worlds().topology.fixed():
        broker.create(topic)
    publisher = MemoryPublisher(broker)
    table = LookupTable(MemoryLogReader(broker), clock)
    async with table:
        for key, value in (
            (b"articles/A/1", b'{"x": 5}'),
            (b"noslash", b"{}"),
            (b"articles/B", b"[]"),
            (b"articles/C", b"{}"),
            (b"articles/C", None),
            (b"gone/X", None),
        ):
            written = await publisher.publish(Message("bus.lookups", key, value))
        await table.applied(written)
        assert dict(table.table("articles")) == {"A/1": {"x": "5"}}
        assert table.sizes() == {"articles": 1}


async def test_a_plan_is_not_applied_on_top_of_anothers_change() -> None:
    """Who planned with what does not stand any more is told."""
    worlds = Worlds()
    async with worlds.open() as world, open_rules(world, shipped()) as rules:
        line = rule("test_order")
        steps = plan(rules.table.book, [line])
        await apply(rules.writer, steps, lambda _: None)
        with pytest.raises(ConflictError, match="apply again"):
            await apply(rules.writer, steps, lambda _: None)
