"""The log in PostgreSQL at its size: writing, asking, removing a day."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from time import perf_counter

import psutil  # type: ignore[import-untyped]  # comes with jgo
import psycopg

from bus.adapters.sql import SqlLog, open_log
from bus.log.questions import (
    AttemptQuestion,
    DeliveryQuestion,
    EventQuestion,
    Paging,
)
from bus.log.retention import Retention
from bus.log.rows import EventRow
from tests.bench.history import DAY_US, NAMES, History
from tests.bench.measuring import Row, percentiles, percentiles_of
from tests.bench.rig import CLOCK
from tests.support.postgres import running_postgres

ATTEMPTS = 10_000_000
_QUICK = 200_000
_DAYS = 14
_BATCH = 20_000
_SERVER = ("shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min")
_PAGE = Paging(50)
_FAILURES = frozenset({"failed", "refused", "throttled", "unreachable"})
_PARTNER = frozenset(NAMES[:10])


async def stored(quick: bool, attempts: int = ATTEMPTS) -> AsyncIterator[Row]:  # noqa: FBT001
    """(log) The log in PostgreSQL: 10 million attempts over 14 days."""
    if quick:
        attempts = min(attempts, _QUICK)
    now_us = int(CLOCK.now() * 1e6)
    history = History()
    with running_postgres(_SERVER) as server:
        url = server.database()
        log = open_log(url, write_s=600)
        await log.prepare(now_us)
        since_us = now_us - _DAYS * DAY_US
        row = await _write(log, history, attempts, (since_us, now_us - 60_000_000))
        yield {"case": "history of 14 days", **row}
        yield {"case": "as it comes", **await _live(log, history, now_us, quick)}
        await asyncio.to_thread(_analyze, url)
        yield {"case": "size", **await _size(log, attempts)}
        for case, ask in _questions(log, history.kept, now_us).items():
            yield {"case": case, **await _asked(ask, 20 if quick else 100)}
        yield {"case": "a day goes", **await _removed(log, history, now_us)}
        await log.close()


async def _write(
    log: SqlLog, history: History, attempts: int, span: tuple[int, int]
) -> Row:
    """Write batches one after the other; only the writing counts, not the making."""
    took, cpu_s, events = [], 0.0, 0
    for rows, advances in history.batches(attempts, _BATCH, *span):
        before = psutil.Process().cpu_times()
        began = perf_counter()
        await log.write(rows, advances, int(CLOCK.now() * 1e6))
        took.append(perf_counter() - began)
        after = psutil.Process().cpu_times()
        cpu_s += after.user + after.system - before.user - before.system
        events += len(rows)
    return {
        "attempts": attempts,
        "rows": events,
        "attempts_per_s": round(attempts / sum(took)),
        "batch_ms": round(max(took) * 1000),
        "writer_cpu_us_per_attempt": round(cpu_s * 1e6 / attempts, 1),
    }


async def _live(log: SqlLog, history: History, now_us: int, quick: bool) -> Row:  # noqa: FBT001
    """Attempts of the last minutes at 10,000/s, batch after batch."""
    seconds = 4 if quick else 40
    span = (now_us - seconds * 1_000_000, now_us)
    return await _write(log, history, seconds * 10_000, span)


def _analyze(url: str) -> None:
    """Do at once what autovacuum does by and by in two weeks."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


async def _size(log: SqlLog, attempts: int) -> Row:
    told = await log.describe()
    return {
        "gigabytes": round(told.bytes / 1e9, 2),
        "bytes_per_attempt": round(told.bytes / attempts),
        **{f"mb_{size.name}": round(size.bytes / 1e6) for size in told.tables},
    }


Ask = Callable[[int], Awaitable[object]]


def _questions(log: SqlLog, kept: Sequence[EventRow], now_us: int) -> dict[str, Ask]:
    some = kept[:: max(1, len(kept) // 100)]

    async def timeline(n: int) -> None:
        (event,) = await log.event(some[n % len(some)].event_id)
        await log.attempts(AttemptQuestion(event_id=event.event_id), Paging(250))
        await log.acks(event.event_id)

    def order(n: int) -> Awaitable[object]:
        asked = AttemptQuestion(order_id=some[n % len(some)].order_id)
        return log.attempts(asked, Paging(250))

    return {
        "timeline of an event": timeline,
        "timeline of an order": order,
        **_lists_of_attempts(log, now_us - 5 * DAY_US),
        **_lists_of_events(log),
        "open deliveries": lambda _: log.deliveries(DeliveryQuestion(), _PAGE),
        "health of 1,000": lambda _: log.health(NAMES, now_us),
    }


def _lists_of_attempts(log: SqlLog, ago_us: int) -> dict[str, Ask]:
    def of_all(**asked: object) -> Ask:
        question = AttemptQuestion(**asked)  # type: ignore[arg-type]
        return lambda _: log.attempts(question, _PAGE)

    def of_one(**asked: object) -> Ask:
        question = AttemptQuestion(**asked)  # type: ignore[arg-type]
        return lambda n: log.attempts(
            replace(question, subscription=NAMES[n % len(NAMES)]), _PAGE
        )

    return {
        "attempts of all": of_all(),
        "attempts of all, five days ago": of_all(until_us=ago_us),
        "failures of all": of_all(outcomes=_FAILURES),
        "4xx of all (there are none)": of_all(status_classes=frozenset({4})),
        "attempts of a subscription": of_one(),
        "its failures": of_one(outcomes=_FAILURES),
        "its 5xx, five days ago": of_one(
            until_us=ago_us, status_classes=frozenset({5})
        ),
        "attempts of a partner with 10": of_all(scope=_PARTNER),
    }


def _lists_of_events(log: SqlLog) -> dict[str, Ask]:
    def of_all(**asked: object) -> Ask:
        question = EventQuestion(**asked)  # type: ignore[arg-type]
        return lambda _: log.events(question, _PAGE)

    return {
        "events of all": of_all(),
        "events of a type": of_all(types=("order.paid",)),
        "events of an account": of_all(account="acc-7"),
        "events of a partner with 10": of_all(scope=_PARTNER),
    }


async def _asked(ask: Ask, times: int) -> Row:
    took = []
    for n in range(times):
        began = perf_counter()
        await ask(n)
        took.append((perf_counter() - began) * 1000)
    return percentiles(percentiles_of(took))


async def _removed(log: SqlLog, history: History, now_us: int) -> Row:
    """Remove the oldest day of accepted attempts while batches are written."""
    await log.prune(Retention(accepted_days=_DAYS, days=100), now_us)
    keep = Retention(accepted_days=_DAYS - 1, days=100)
    took: list[float] = []
    done = asyncio.Event()

    async def writing() -> None:
        span = (now_us - 30_000_000, now_us)
        for rows, advances in history.batches(300_000, 5_000, *span):
            began = perf_counter()
            await log.write(rows, advances, now_us)
            took.append((perf_counter() - began) * 1000)
            if done.is_set():
                return

    beside = asyncio.create_task(writing())
    while len(took) < 10:
        await CLOCK.sleep(0.05)
    usual = max(took)
    began = perf_counter()
    pruned = await log.prune(keep, now_us)
    removed_ms = (perf_counter() - began) * 1000
    done.set()
    await beside
    return {
        "days": len(pruned.days),
        "removed_ms": round(removed_ms),
        "batch_before_ms": round(usual),
        "batch_during_ms": round(max(took[10:], default=0)),
    }
