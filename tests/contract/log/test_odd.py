"""What strangers write is kept as well as can be, and stops nothing."""

from bus.log.cleaning import MOST_CHARS, MOST_ID_BYTES, storable
from bus.log.questions import AttemptQuestion, EventQuestion, Paging
from bus.log.rows import AttemptRow, EventRow, Place
from tests.contract.log.rows import (
    DAY_US,
    NOW_US,
    AnyLog,
    ack,
    attempt,
    change,
    event,
    failed,
    quarantined,
    write,
)

_ODD = {
    "nul": "a\0b",
    "surrogate": "a\ud800b",
    "only nul": "\0",
    "wide": "\N{GRINNING FACE}" * 40,
    "long": "x" * 3_000,
    "longer": "y" * 50_000,
    "empty": "",
    "spaces": "  \n\t\x1b[31m ",
    "quotes": "'; DROP TABLE event; --",
    "percent": "100% _of_ \\ it",
    "uuid": "0b0e7c1e-3c5e-4f6a-9b61-0123456789ab",
    "UUID": "0B0E7C1E-3C5E-4F6A-9B61-0123456789AB",
    "hex": "00112233445566778899aabbccddeeff",
    "sixteen": "sixteen-letters!",
    "seventeen": "seventeen-letters",
}


async def _one_event(log: AnyLog) -> EventRow:
    (row,) = (await log.events(EventQuestion(), Paging())).rows
    return row


async def _one_attempt(log: AnyLog) -> AttemptRow:
    (row,) = (await log.attempts(AttemptQuestion(), Paging())).rows
    return row


async def test_any_text_is_kept_and_found(log: AnyLog) -> None:
    """Wherever a producer can write one; what cannot be stored is replaced."""
    for n, odd in enumerate(_ODD.values()):
        of = event(n, own_id=odd, source=odd, order_id=odd, channel=odd, account=odd)
        of = of._replace(traceparent=odd, event_type=odd)
        of_it = failed(n, of, detail=odd, traceparent=odd, route=f"retry:{odd}")
        await write(log, of, of_it, quarantined(n, None)._replace(reason=odd))
        await write(log, change(n, before=odd, entity_id=odd))
    for n, odd in enumerate(_ODD.values()):
        kept = storable(odd)
        assert len(kept) <= MOST_CHARS
        for asked in (
            EventQuestion(order_id=odd),
            EventQuestion(channel=odd),
            EventQuestion(account=odd),
            EventQuestion(types=(odd,)),
        ):
            (found,) = (await log.events(asked, Paging())).rows
            assert found.at.offset == n
            assert (found.own_id, found.source, found.order_id) == (kept,) * 3
            assert (found.channel, found.account, found.event_type) == (kept,) * 3
        (of_it,) = (await log.attempts(AttemptQuestion(order_id=odd), Paging())).rows
        assert (of_it.at.offset, of_it.detail) == (n, kept)
        if odd:
            assert await log.event(odd) == [found]


async def test_any_id_is_kept_and_found(log: AnyLog) -> None:
    """Of a few hundred characters whole; of a longer one enough to tell it."""
    for n, odd in enumerate(_ODD.values()):
        of, other = event(2 * n, event_id=odd), event(2 * n + 1, event_id=odd + "!")
        rows = [attempt(3 * n, of), attempt(3 * n + 1, other)]
        rows.append(failed(3 * n + 2, of, subscription="shop"))
        await write(log, of, other, *rows, ack(n, of))
    for n, odd in enumerate(_ODD.values()):
        (found,) = await log.event(odd)
        assert found.at.offset == 2 * n
        if len(odd.encode(errors="replace")) <= MOST_ID_BYTES:
            assert found.event_id == storable(odd)
        attempts = (await log.attempts(AttemptQuestion(event_id=odd), Paging())).rows
        assert [row.at.offset for row in attempts] == [3 * n + 2, 3 * n]
        assert [row.at.offset for row in await log.acks(odd)] == [n]


async def test_any_number_is_kept_within_its_column(log: AnyLog) -> None:
    """What Avro holds and a column does not becomes the nearest that it does."""
    most = 2**63 - 1
    of_it = attempt(
        0, duration_us=most, number=2**31 - 1, replay=2**31 - 1, status=-(2**31)
    )
    await write(
        log, of_it._replace(origin=Place("t", 2**31, 0)), event(0, time_us=most)
    )
    found = await _one_attempt(log)
    assert found.duration_us == 2**31 - 1
    assert found.number == 2**31 - 1
    assert found.origin is None
    assert (await _one_event(log)).time_us == most


async def test_a_time_that_cannot_be_is_put_aside(log: AnyLog) -> None:
    """It is counted, it stops nothing, and its position moves on."""
    rows = [
        attempt(0, started_us=NOW_US + 2 * DAY_US),
        attempt(1, started_us=NOW_US - 1000 * DAY_US),
        attempt(2, started_us=2**63 - 1),
        attempt(3, started_us=-(2**63)),
        attempt(4),
    ]
    far = event(0, arrived_us=0, order_id="a\0b")
    await write(log, *rows, far, quarantined(0, far.at)._replace(arrived_us=0))
    assert (await _one_attempt(log)).at.offset == 4
    assert (await log.describe()).stray == 6
    minutes = await log.minutes(None, 0, NOW_US * 2)
    assert sum(minute.accepted for minute in minutes) == 1
    stand = await log.positions(
        [place.topic_partition for place in (far.at, *(row.at for row in rows))]
    )
    assert sorted(position.next_offset for position in stand.values()) == [1, 5]


async def test_days_long_past_are_made_when_they_are_needed(log: AnyLog) -> None:
    """A replay of last year's is a row like any other."""
    rows = [attempt(n, started_us=NOW_US - n * 30 * DAY_US) for n in range(4)]
    await write(log, *rows)
    page = await log.attempts(AttemptQuestion(), Paging())
    assert page.rows == rows
    assert len((await log.describe()).days) >= 4


async def test_a_few_rows_are_counted(log: AnyLog) -> None:
    """Whatever a planner thinks of a table that it has not looked at yet."""
    await write(log, *(event(n) for n in range(3)), attempt(0), ack(0, event(0)))
    sizes = {size.name: size.rows for size in (await log.describe()).tables}
    assert (sizes["event"], sizes["ack"]) == (3, 1)
