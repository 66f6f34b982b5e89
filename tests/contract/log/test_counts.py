"""Roll-ups: additive, and equal to a recount of the rows."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.log.health import figures, figures_of, starts
from bus.log.questions import AttemptQuestion
from bus.log.rollup import added, minute_of, tallied, tally_of
from tests.contract.log.rows import (
    DAY_US,
    MINUTE_US,
    NOW_US,
    AnyLog,
    all_pages,
    attempt,
    failed,
    held,
    write,
)

_LIVES = [attempt, failed, held]


async def test_minutes_are_those_of_a_recount(log: AnyLog) -> None:
    """Whatever batches the attempts came in."""
    rows = [
        _LIVES[n % 3](
            n,
            started_us=NOW_US + n * 17 * 1_000_000,
            subscription=("erp", "shop")[n % 2],
            event_type=("order.created", "order.paid")[n // 7 % 2],
            duration_us=n * n * 1_000,
            route="dead_letter:refused" if n % 5 == 0 else "retry:1s",
        )
        for n in range(40)
    ]
    for first in range(0, 40, 7):
        await write(log, *rows[first : first + 7])
    minutes = await log.minutes(None, 0, NOW_US + DAY_US)
    expected = sorted(minute_of(*one) for one in tallied(rows).items())
    assert list(minutes) == expected
    some = await log.minutes({"shop"}, NOW_US + MINUTE_US, NOW_US + 3 * MINUTE_US)
    first = NOW_US // MINUTE_US
    assert list(some) == [
        one
        for one in expected
        if one.subscription == "shop" and first < one.minute < first + 3
    ]
    assert await log.minutes(set(), 0, NOW_US + DAY_US) == []
    listed = await all_pages(lambda at: log.attempts(AttemptQuestion(), at), 50)
    by_outcome = Counter(row.outcome for row in listed)
    for name in ("accepted", "failed", "held"):
        assert sum(getattr(one, name) for one in minutes) == by_outcome[name]


async def test_health_over_five_minutes_an_hour_and_a_day(log: AnyLog) -> None:
    """Each from what lies within it; who had no attempt has no health."""
    ago = [1, 4, 30, 59, 600, 23 * 60, 26 * 60]
    rows = [
        failed(n, started_us=NOW_US - minutes * MINUTE_US, duration_us=8_000)
        for n, minutes in enumerate(ago)
    ]
    rows += [attempt(9, started_us=NOW_US, duration_us=8_000)]
    rows += [attempt(10, started_us=NOW_US, subscription="shop")]
    await write(log, *rows)
    health = await log.health(None, NOW_US)
    assert set(health) == {"erp", "shop"}
    erp = health["erp"]
    assert (erp.five_minutes.attempts, erp.hour.attempts, erp.day.attempts) == (3, 5, 7)
    assert erp.five_minutes.success_rate == 1 / 3
    assert erp.day.p50_us is not None
    assert 5_000 < erp.day.p50_us < 9_000
    assert health["shop"].hour.success_rate == 1
    assert set(await log.health({"shop", "nobody"}, NOW_US)) == {"shop"}
    assert await log.health(set(), NOW_US) == {}


@pytest.mark.parametrize("minute", [0, 3, 5 * 60 + 17, 12 * 60, 13 * 60 + 31, 1_439])
async def test_health_at_any_time_of_day(log: AnyLog, minute: int) -> None:
    """Hours and days stand for their minutes: what lies before a span is left out."""
    now_us = (NOW_US // DAY_US * 1_440 + minute) * MINUTE_US + MINUTE_US // 2
    ago = [*range(0, 70, 3), *range(70, 27 * 60, 23)]
    rows = [
        _LIVES[n % 3](
            n,
            started_us=now_us - minutes * MINUTE_US,
            subscription=("erp", "shop")[n % 2],
            duration_us=minutes * 1_000,
        )
        for n, minutes in enumerate(ago)
    ]
    await write(log, *rows)
    health = await log.health(None, now_us)
    minutes = await log.minutes(None, now_us - 2 * DAY_US, now_us + MINUTE_US)
    for name in ("erp", "shop"):
        expected = [
            figures_of(m for m in minutes if m.subscription == name and m.minute >= at)
            for at in starts(now_us)
        ]
        one = health[name]
        assert [one.five_minutes, one.hour, one.day] == expected


@pytest.mark.parametrize(("span_s", "seen"), [(300, 2), (3_600, 4), (259_200, 7)])
async def test_figures_of_any_span(log: AnyLog, span_s: int, seen: int) -> None:
    """Each from what lies within it; who had no attempt has none."""
    ago = [1, 4, 30, 59, 600, 23 * 60, 26 * 60, 73 * 60]
    rows = [
        failed(n, started_us=NOW_US - minutes * MINUTE_US)
        for n, minutes in enumerate(ago)
    ]
    await write(log, *rows)
    found = await log.since(span_s, NOW_US)
    assert found["erp"].attempts == seen
    assert found["erp"].success_rate == 0
    assert await log.since(span_s, NOW_US + 90 * 24 * 60 * MINUTE_US) == {}


async def test_five_minutes_are_those_of_their_minutes(log: AnyLog) -> None:
    """Of one subscription, all its types together; whole ones, and no empty ones."""
    ago = [0, 1, 4, 6, 7, 16, 31, 90]
    rows = [
        _LIVES[n % 3](
            n,
            started_us=NOW_US - minutes * MINUTE_US,
            subscription=("erp", "shop")[n % 2],
            event_type=("order.created", "order.paid")[n // 3 % 2],
        )
        for n, minutes in enumerate(ago)
    ]
    await write(log, *rows)
    since_us = NOW_US - 20 * MINUTE_US
    whole_us = 5 * MINUTE_US
    begin_us = since_us // whole_us * whole_us
    minutes = await log.minutes({"erp"}, begin_us, NOW_US + whole_us)
    found = await log.five_minutes("erp", since_us, NOW_US + MINUTE_US)
    assert [one.minute for one in found] == sorted({m.minute // 5 * 5 for m in minutes})
    assert [list(one.tally) for one in found] == [
        list(added(tally_of(m) for m in minutes if m.minute // 5 * 5 == one.minute))
        for one in found
    ]
    assert sum(figures(one.tally).attempts for one in found) > 0
    assert await log.five_minutes("nobody", 0, NOW_US + DAY_US) == []


async def test_without_a_call_there_is_no_rate(log: AnyLog) -> None:
    """Too little is a state of its own, never healthy."""
    await write(log, held(0, started_us=NOW_US))
    hour = (await log.health(None, NOW_US))["erp"].hour
    assert (hour.attempts, hour.held, hour.success_rate) == (0, 1, None)
    assert hour.p95_us is None


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
@settings(deadline=None)
def test_quantiles_are_right_to_within_a_bucket(durations: list[int]) -> None:
    """The bucket's bounds are a factor of the square root of two apart."""
    rows = [attempt(n, duration_us=us) for n, us in enumerate(durations)]
    figures = figures_of(minute_of(*one) for one in tallied(rows).items())
    median = sorted(durations)[(len(durations) - 1) // 2]
    assert figures.p50_us is not None
    if 1_000 < median < 200_000_000:
        assert median / 1.42 <= figures.p50_us <= median * 1.42
