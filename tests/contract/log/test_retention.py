"""What is kept, and what goes."""

from bus.log.questions import (
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    QuarantineQuestion,
)
from bus.log.retention import Retention
from tests.contract.log.rows import (
    DAY_US,
    NOW_US,
    AnyLog,
    ack,
    all_pages,
    attempt,
    change,
    event,
    failed,
    quarantined,
    write,
)

_AGES = (0, 1, 5, 6, 20, 40, 100)


async def _fill(log: AnyLog) -> None:
    for n, age in enumerate(_AGES):
        us = NOW_US - age * DAY_US
        of = event(n, arrived_us=us)
        await write(
            log,
            of,
            attempt(2 * n, of, started_us=us),
            failed(2 * n + 1, of, started_us=us, subscription="shop"),
            ack(n, of)._replace(arrived_us=us),
            quarantined(n, of.at)._replace(arrived_us=us),
            change(n)._replace(arrived_us=us),
        )


async def _ages(log: AnyLog, outcome: str) -> list[int]:
    asked = AttemptQuestion(outcomes=frozenset({outcome}))
    rows = await all_pages(lambda at: log.attempts(asked, at))
    return [(NOW_US - row.started_us) // DAY_US for row in rows]


async def test_each_kind_has_its_age(log: AnyLog) -> None:
    """Accepted attempts go first, then all else of the deliveries, changes last."""
    await _fill(log)
    keep = Retention(accepted_days=5, days=20, minute_days=3, audit_days=50)
    pruned = await log.prune(keep, NOW_US)
    assert pruned.days or pruned.rows
    assert await _ages(log, "accepted") == [0, 1, 5]
    assert await _ages(log, "failed") == [0, 1, 5, 6, 20]
    events = await all_pages(lambda at: log.events(EventQuestion(), at))
    assert len(events) == 5
    letters = await all_pages(lambda at: log.deliveries(DeliveryQuestion(), at))
    assert len(letters) == 5
    away = await all_pages(lambda at: log.quarantine(QuarantineQuestion(), at))
    assert len(away) == 5
    assert len(await all_pages(lambda at: log.audit(AuditQuestion(), at))) == 6
    minutes = await log.minutes(None, 0, NOW_US + DAY_US)
    assert {minute.minute for minute in minutes} == {
        (NOW_US - age * DAY_US) // 60_000_000 for age in (0, 1)
    }
    assert await log.acks(event(6).event_id) == []
    assert len(await log.acks(event(0).event_id)) == 1


async def test_nothing_is_left_to_remove_after_that(log: AnyLog) -> None:
    """Pruning again does nothing, and what comes later is kept."""
    await _fill(log)
    keep = Retention(accepted_days=5, days=20)
    await log.prune(keep, NOW_US)
    again = await log.prune(keep, NOW_US)
    assert (list(again.days), again.rows) == ([], 0)
    late = attempt(50, started_us=NOW_US - 40 * DAY_US)
    await write(log, late)
    assert await _ages(log, "accepted") == [0, 1, 5, 40]
    await log.prune(keep, NOW_US)
    assert await _ages(log, "accepted") == [0, 1, 5]
