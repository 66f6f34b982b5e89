"""How the new side fared since its last step: nothing of the share before counts."""

import pytest

from bus.adapters.memory import MemoryClock, MemoryLog
from bus.log.health import span_after, start_of
from bus.log.store import Log
from processors.wiring.moving import asking_log
from tests.contract.log.rows import MINUTE_US, NOW_US, SECOND_US, attempt, write

HOUR_US = 60 * MINUTE_US


async def asked(*ago_us: int, since_us: int) -> tuple[int, int]:
    """Attempts and accepted ones seen, of some that began so long ago."""
    log, clock = MemoryLog(), MemoryClock(NOW_US / 1e6)
    rows = [attempt(n, started_us=NOW_US - ago) for n, ago in enumerate(ago_us)]
    await write(log, *rows)

    async def there() -> Log:
        return log

    fared = await asking_log(there, clock)("erp", since_us // SECOND_US)
    assert fared is not None
    return fared.figures.attempts, fared.repeats.accepted


@pytest.mark.parametrize(
    "since_us",
    [0, 30 * SECOND_US, 3 * MINUTE_US, HOUR_US + 7 * MINUTE_US, 25 * HOUR_US + 30],
)
async def test_attempts_before_the_step_do_not_count(since_us: int) -> None:
    """Though the log counts in minutes, and long spans in fives and hours."""
    before = [since_us + n * SECOND_US for n in (1, 20, 59, 120, 3_000)]
    assert await asked(*before, since_us=since_us) == (0, 0)


@pytest.mark.parametrize("since_us", [3 * MINUTE_US, 3 * HOUR_US, 30 * HOUR_US])
async def test_attempts_after_it_do(since_us: int) -> None:
    """All but those of a first span that is not full."""
    after = [0, MINUTE_US, 2 * MINUTE_US]
    assert await asked(*after, since_us + MINUTE_US, since_us=since_us) == (3, 3)


@pytest.mark.parametrize("minutes", [*range(130), 1_439, 1_440, 1_501, 4_000])
def test_a_span_after_a_moment_begins_after_it(minutes: int) -> None:
    """And no more than a step of the log later."""
    now_us = NOW_US + 17 * MINUTE_US + 23 * SECOND_US
    moment_us = now_us - minutes * MINUTE_US
    span_s = span_after(moment_us, now_us)
    if span_s < 0:
        assert not minutes
        return
    start, _ = start_of(span_s, now_us)
    most = 1 if minutes < 60 else 5 if minutes < 1_440 else 60
    assert 0 <= start * MINUTE_US - moment_us < most * MINUTE_US
