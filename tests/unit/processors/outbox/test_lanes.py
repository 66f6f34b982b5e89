"""Lanes: one row of an order at a time."""

import asyncio
from datetime import UTC, datetime

from bus.adapters.memory import settle
from bus.outbox.rows import Entry, OutboxRow, Published
from processors.outbox.lanes import Lanes
from processors.outbox.publishing import Outcome


def _row(number: int, order_id: str) -> OutboxRow:
    entry = Entry(f"e{number}", "order.x", "/oms", order_id, "{}", None)
    return OutboxRow(number, entry, datetime(2026, 11, 23, tzinfo=UTC))


async def test_an_order_that_is_busy_is_not_begun_again() -> None:
    """Two texts of a database, bytes that are no text, may be the same one here."""
    published: list[int] = []
    gate = asyncio.Event()

    async def publish(row: OutboxRow) -> Outcome:
        published.append(row.number)
        await gate.wait()
        return Published(row.number)

    lanes = Lanes(publish, waits=True)
    lanes.begin([_row(1, "a")])
    lanes.begin([_row(1, "a"), _row(2, "b")])
    await settle()
    assert published == [1, 2]
    gate.set()
    await settle()
    fates, ended = lanes.done()
    assert list(ended) == ["a", "b"]
    lanes.settled(fates, ended)
    assert not lanes.busy
