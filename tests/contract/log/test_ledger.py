"""What became of deliveries: each once, in whatever batches, by whose cause."""

from bus.log.causes import Cause
from bus.log.ledger import Counted, Hour, Missed, Trouble, together
from bus.log.questions import AttemptQuestion, DeliveryQuestion
from bus.log.rollup import BUCKETS, bucket
from bus.log.rows import AttemptRow
from tests.contract.log.rows import (
    DAY_US,
    MINUTE_US,
    NOW_US,
    SECOND_US,
    AnyLog,
    advances,
    all_pages,
    attempt,
    event,
    failed,
    held,
    write,
)

TODAY = NOW_US // DAY_US * 1_440
HOUR = NOW_US // MINUTE_US // 60 * 60
LATE_US = 6 * MINUTE_US


def at(row: AttemptRow, waited_us: int) -> AttemptRow:
    """An attempt whose delivery had waited so long when it began."""
    return row._replace(started_us=NOW_US, arrived_us=NOW_US - waited_us)


def dead(offset: int, reason: str, **said: object) -> AttemptRow:
    """An attempt that was the last one."""
    return failed(offset, None, route=f"dead_letter:{reason}", **said)


def refused(offset: int, **said: object) -> AttemptRow:
    """An attempt for which there was no connection."""
    row = failed(offset, None, **said)
    return row._replace(outcome="unreachable", status=0, detail="connect: refused")


async def said(log: AnyLog, since: int = 0) -> Counted:
    """What is counted of `erp`, latencies left out."""
    found = await log.ledger.spans(None, since, since)
    whole, lately = found["erp"]
    assert whole == lately
    return whole


async def test_a_delivery_counts_once(log: AnyLog) -> None:
    """Kept, late or dead; by what it failed for, or waited for."""
    one, two = event(0), event(1)
    await write(
        log,
        at(attempt(0), SECOND_US),
        at(failed(1, one), SECOND_US),
        at(failed(2, two, outcome="unreachable", status=0, detail="timeout: 5 s"), 0),
    )
    await write(
        log,
        at(attempt(3, one, number=2), 2 * SECOND_US),
        at(attempt(4, two, number=2), LATE_US),
        at(attempt(5), LATE_US),
        at(dead(6, "refused", outcome="refused", status=422), 0),
        at(dead(7, "exhausted", status=500), LATE_US),
    )
    assert await said(log) == Counted(
        kept=2,
        missed={
            Cause.TIMEOUT: Missed(late=1),
            Cause.LATE: Missed(late=1),
            Cause.REFUSED: Missed(dead=1),
            Cause.SERVER_ERROR: Missed(dead=1),
        },
    )


async def test_a_cause_stands_through_hops(log: AnyLog) -> None:
    """What is given up without a call is given up for what it failed for before."""
    one, two, three, four = (event(n) for n in range(4))
    await write(log, at(failed(0, one, status=500), 0), at(held(1, two), 0))
    await write(log, at(held(2, one), 0), at(held(3, two, detail="busy"), 0))
    gone = "dead_letter:too_old"
    await write(
        log,
        at(held(4, one, route=gone, detail="older than 60 s"), LATE_US),
        at(held(5, two, route=gone, detail="older than 60 s"), LATE_US),
        at(held(6, three, route=gone, detail="older than 60 s"), LATE_US),
        at(held(7, four, route="dead_letter:removed", detail="paused"), 0),
    )
    assert (await said(log)).missed == {
        Cause.SERVER_ERROR: Missed(dead=1),
        Cause.BUSY: Missed(dead=1),
        Cause.LATE: Missed(dead=1),
        Cause.REMOVED: Missed(dead=1),
    }


async def test_whose_time_was_over_whose_cause_it_is(log: AnyLog) -> None:
    """That it failed later at the endpoint, too, does not make it the endpoint's."""
    of = event(0)
    await write(log, at(failed(0, of), LATE_US))
    await write(log, at(failed(1, of, status=0, detail="tls"), 2 * LATE_US))
    await write(log, at(attempt(2, of, number=3), 3 * LATE_US))
    assert (await said(log)).missed == {Cause.LATE: Missed(late=1)}


async def test_a_replay_undoes_nothing(log: AnyLog) -> None:
    """What is asked for again and accepted is recovered; its budget stays used."""
    of = event(0)
    await write(log, at(dead(0, "exhausted"), 0))
    await write(log, at(failed(1, of, replay=1), LATE_US))
    await write(log, at(attempt(2, of, replay=1, number=2), LATE_US))
    await write(log, at(attempt(3, of, replay=2), 0))
    told = await said(log)
    assert (told.kept, told.recovered) == (0, 2)
    assert told.missed == {Cause.SERVER_ERROR: Missed(dead=1)}


async def test_what_waits_too_long_is_late_already(log: AnyLog) -> None:
    """Until it ends, then it is counted on the day of its end; never twice."""
    of = event(0)
    await write(
        log,
        at(failed(0, of), MINUTE_US),
        at(held(1, event(1), subscription="shop"), 0),
        at(failed(2, event(2), replay=1), 0),
        at(dead(3, "exhausted"), 0),
    )
    later = NOW_US + LATE_US
    assert await log.ledger.overdue(None, NOW_US) == {}
    assert await log.ledger.overdue(None, later) == {
        "erp": {Cause.SERVER_ERROR: 1},
        "shop": {Cause.BREAKER: 1},
    }
    assert await log.ledger.overdue({"shop"}, later) == {"shop": {Cause.BREAKER: 1}}
    assert await log.ledger.overdue(set(), later) == {}
    await write(log, at(attempt(4, of, number=2), LATE_US))
    assert set(await log.ledger.overdue(None, later)) == {"shop"}
    assert (await said(log)).missed[Cause.SERVER_ERROR] == Missed(late=1, dead=1)


async def test_days_end_at_midnight_and_add_up(log: AnyLog) -> None:
    """A record that comes late counts on its own day; all days are the whole."""
    midnight = TODAY * MINUTE_US
    moments = [midnight, midnight - 1, midnight - 40 * DAY_US, midnight + DAY_US - 1]
    rows = [attempt(n, started_us=us) for n, us in enumerate(moments)]
    await write(log, *rows[2:])
    await write(log, *[row._replace(at=row.at._replace(offset=9)) for row in rows[:1]])
    await write(log, rows[1]._replace(at=rows[1].at._replace(offset=10)))
    days = await log.ledger.days("erp", TODAY - 50 * 1_440)
    kept = {(day - TODAY) // 1_440: one.kept for day, one in days.items()}
    assert kept == {0: 2, -1: 1, -40: 1}
    since = TODAY - 50 * 1_440
    asked = {"erp", "nobody"}
    whole = together(days.values())
    found = await log.ledger.spans(asked, since, TODAY)
    assert found.keys() == {"erp"}
    assert found["erp"].whole == whole._replace(latencies=(0,) * BUCKETS)
    assert found["erp"].lately.kept == 2
    assert await log.ledger.latencies(asked, since) == {"erp": whole.latencies}
    (late,) = (await log.ledger.spans(asked, since, TODAY + 1_440)).values()
    assert late.lately == Counted()
    assert (await said(log, TODAY)).kept == 2
    assert (await said(log, TODAY - 1_440)).kept == 3
    assert await log.ledger.spans(set(), 0, 0) == {}
    assert await log.ledger.latencies(set(), 0) == {}
    assert await log.ledger.days("nobody", 0) == {}


async def test_when_its_age_began_is_only_counted_by(log: AnyLog) -> None:
    """An attempt that is asked for does not say it, in whichever log."""
    row = at(attempt(0), LATE_US)
    await write(log, row)
    (found,) = await all_pages(lambda page: log.attempts(AttemptQuestion(), page))
    assert found == row._replace(arrived_us=0)


async def test_latencies_are_those_of_all_days(log: AnyLog) -> None:
    """Each in its bucket, those of several days together."""
    took = [1, 20_000, 20_000, 900_000]
    rows = [attempt(n, duration_us=us) for n, us in enumerate(took)]
    await write(log, *rows[:2], rows[2]._replace(started_us=NOW_US - DAY_US), rows[3])
    (latencies,) = (await log.ledger.latencies(None, 0)).values()
    expected = [0] * BUCKETS
    for us in took:
        expected[bucket(us)] += 1
    assert tuple(latencies) == tuple(expected)


async def test_a_batch_twice_counts_once(log: AnyLog) -> None:
    """Days, missed ones, minutes: in the transaction of the rows and positions."""
    rows = [at(attempt(0), 0), at(dead(1, "refused"), 0), at(failed(2), 0)]
    await log.write(rows, advances(rows), NOW_US)
    first = (await said(log), await log.ledger.hours("erp", 0))
    await log.write(rows, advances(rows), NOW_US)
    assert (await said(log), await log.ledger.hours("erp", 0)) == first
    assert first[0].kept == 1
    await log.clear()
    assert await log.ledger.spans(None, 0, 0) == {}
    assert await log.ledger.hours("erp", 0) == []
    await write(log, *rows)  # as a rebuild does
    assert (await said(log), await log.ledger.hours("erp", 0)) == first


async def test_minutes_of_an_hour(log: AnyLog) -> None:
    """In which of them calls were accepted or failed, in whatever order it comes."""
    await write(
        log,
        refused(0, started_us=NOW_US + 59 * MINUTE_US),
        attempt(1, started_us=NOW_US),
    )
    await write(
        log,
        refused(2, started_us=NOW_US, number=2),
        held(3, started_us=NOW_US + 2 * MINUTE_US),
        held(4, started_us=NOW_US + 3 * MINUTE_US, detail="paused"),
        attempt(5, started_us=NOW_US + 4 * MINUTE_US, status=0),
        dead(6, "unrenderable", outcome="unreachable", detail="unrenderable: x"),
    )
    await write(log, attempt(7, started_us=NOW_US + 60 * MINUTE_US))
    assert await log.ledger.hours("erp", HOUR) == [
        Hour(
            HOUR,
            up=1,
            troubles={
                Cause.CONNECT: Trouble(1 | 1 << 59, calls=2, deliveries=1),
                Cause.BREAKER: Trouble(1 << 2, calls=0, deliveries=1),
            },
        ),
        Hour(HOUR + 60, up=1, troubles={}),
    ]
    assert [hour.start for hour in await log.ledger.hours("erp", HOUR + 1)] == [
        HOUR + 60
    ]


async def test_an_open_delivery_says_why_it_waits(log: AnyLog) -> None:
    """The newest call's cause stands, and what its time ran out for."""
    of = event(0)
    for row in (
        at(failed(0, of), 0),
        at(failed(1, of, outcome="throttled", status=429, number=2), LATE_US),
        at(held(2, of), LATE_US),
    ):
        await write(log, row)
    (one,) = await all_pages(lambda page: log.deliveries(DeliveryQuestion(), page))
    assert (one.attempts, one.cause, one.overdue) == (
        2,
        Cause.THROTTLED,
        Cause.SERVER_ERROR,
    )
