"""The log in PostgreSQL at its size: writing, asking, removing a day."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from time import perf_counter, process_time

import psutil  # type: ignore[import-untyped]  # comes with jgo
import psycopg

from bus.adapters.sql import SqlLog, open_log
from bus.delivery.subscription import Subscription
from bus.log.lives import LifeQuestion
from bus.log.questions import (
    AttemptQuestion,
    DeliveryQuestion,
    EventQuestion,
    Paging,
)
from bus.log.retention import Retention
from bus.watch.facts import Objective
from processors.watch.objectives import (
    Asking,
    objective_row,
    objective_rows,
    stands_of,
)
from processors.wiring.life import spare_the_collector
from tests.bench.events import percentiles_of
from tests.bench.history import DAY_US, NAMES, History
from tests.bench.history_sql import event_id, fill, order_id
from tests.bench.measuring import Row, percentiles
from tests.bench.rig import CLOCK
from tests.support.postgres import running_postgres

ATTEMPTS = 10_000_000
_QUICK = 200_000
_DAYS = 14
_BATCH = 20_000
SERVER = ("shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min")
_PAGE = Paging(50)
_WARM = 10
"""Questions before it counts: by then a connection has its plans."""
_FAILURES = frozenset({"failed", "refused", "throttled", "unreachable"})
_PARTNER = frozenset(NAMES[:10])


async def stored(quick: bool, attempts: int = ATTEMPTS) -> AsyncIterator[Row]:  # noqa: FBT001
    """(log) The log in PostgreSQL: 10 million attempts over 14 days."""
    if quick:
        attempts = min(attempts, _QUICK)
    now_us = int(CLOCK.now() * 1e6)
    since_us = now_us - _DAYS * DAY_US
    history = History()
    with running_postgres(SERVER) as server:
        url = server.database()
        log = open_log(url, write_s=600)
        await log.prepare(now_us)
        seconds = 4 if quick else 40
        row = await _write(log, history, seconds * 10_000, now_us)
        yield {"case": "written into an empty log", **row}
        began = perf_counter()
        for rows, advances in history.batches(500, 500, since_us, now_us):
            await log.write(rows, advances, now_us)  # makes the days
        made = await asyncio.to_thread(fill, url, attempts, since_us, _DAYS)
        yield {"case": "filled", "took_s": round(perf_counter() - began)}
        yield {"case": "size", **await _size(log, attempts)}
        row = await _write(log, history, seconds * 10_000, now_us)
        yield {"case": "written into the full log", **row}
        asked = _questions(log, made, now_us)
        # All connections that reading may have are there before it is measured.
        await asyncio.gather(*(ask(n) for n, ask in enumerate(asked.values())))
        spare_the_collector()  # as a gateway does: to look at all takes it 0.1 s
        cpu_s = server_cpu(url)
        for case, ask in asked.items():
            yield {"case": case, **await _asked(ask, 20 if quick else 100, cpu_s)}
        yield {"case": "a day goes", **await _removed(log, history, now_us)}
        await log.close()


async def _write(log: SqlLog, history: History, attempts: int, now_us: int) -> Row:
    """Attempts of the last seconds at 10,000/s, batch after batch.

    Only the writing counts, not the making of rows.
    """
    took, cpu_s, rows_in_all = [], 0.0, 0
    since_us = now_us - attempts * 100
    for rows, advances in history.batches(attempts, _BATCH, since_us, now_us):
        cpu_before, began = process_time(), perf_counter()
        await log.write(rows, advances, now_us)
        took.append(perf_counter() - began)
        cpu_s += process_time() - cpu_before
        rows_in_all += len(rows)
    return {
        "attempts": attempts,
        "rows": rows_in_all,
        "attempts_per_s": round(attempts / sum(took)),
        "batch_ms": round(max(took) * 1000),
        "writer_cpu_us_per_attempt": round(cpu_s * 1e6 / attempts, 1),
    }


async def _size(log: SqlLog, attempts: int) -> Row:
    told = await log.describe()
    return {
        "gigabytes": round(told.bytes / 1e9, 2),
        "bytes_per_attempt": round(told.bytes / attempts),
        **{f"mb_{size.name}": round(size.bytes / 1e6) for size in told.tables},
    }


Ask = Callable[[int], Awaitable[object]]


def _questions(log: SqlLog, made: int, now_us: int) -> dict[str, Ask]:
    def number(n: int) -> int:
        return (n * 7919 + 13) * 101 % made

    async def timeline(n: int) -> None:
        life = await log.life(LifeQuestion(event_id=event_id(number(n))))
        assert life.attempts

    def order(n: int) -> Awaitable[object]:
        return log.life(LifeQuestion(order_id=order_id(number(n))))

    return {
        "timeline of an event": timeline,
        "timeline of an order": order,
        **_lists_of_attempts(log, now_us - 5 * DAY_US),
        **_lists_of_events(log),
        "open deliveries": lambda _: log.deliveries(DeliveryQuestion(), _PAGE),
        "health of 1,000": lambda _: log.health(NAMES, now_us),
        **_of_objectives(log, now_us),
    }


def _of_objectives(log: SqlLog, now_us: int) -> dict[str, Ask]:
    asking = Asking(log.ledger, Objective(), now_us / 1e6)
    url, types = "https://partner.example/hooks", ("order.*",)
    every = [Subscription(id=name, url=url, types=types) for name in NAMES]
    return {
        "objectives of 1,000": lambda _: objective_rows(asking, every),
        "a page of objectives": lambda _: objective_rows(asking, every[:50]),
        "how 1,000 stand": lambda _: stands_of(asking, every),
        "objective of one": lambda n: objective_row(asking, every[n % len(every)]),
    }


def _lists_of_attempts(log: SqlLog, ago_us: int) -> dict[str, Ask]:
    def of_all(**asked: object) -> Ask:
        question = AttemptQuestion(**asked)  # type: ignore[arg-type]
        return lambda _: log.attempts(question, _PAGE)

    def of_one(**asked: object) -> Ask:
        question = AttemptQuestion(**asked)  # type: ignore[arg-type]
        return lambda n: log.attempts(
            replace(question, subscriptions=frozenset({NAMES[n % len(NAMES)]})), _PAGE
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


async def _asked(ask: Ask, times: int, server: Callable[[], float]) -> Row:
    """How long it takes, and what it costs: the latter on a busy machine, too."""
    for n in range(_WARM):
        await ask(n)
    took = []
    server_s, client_s = server(), process_time()
    for n in range(_WARM, _WARM + times):
        began = perf_counter()
        await ask(n)
        took.append((perf_counter() - began) * 1000)
    server_s, client_s = server() - server_s, process_time() - client_s
    return {
        **percentiles(percentiles_of(took)),
        "server_cpu_ms": round(server_s * 1000 / times, 1),
        "client_cpu_ms": round(client_s * 1000 / times, 1),
    }


def server_cpu(url: str) -> Callable[[], float]:
    """Reads what the server's processes for our connections have used so far."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'orderbus-log'"
        ).fetchall()
    processes = [psutil.Process(pid) for (pid,) in found]

    def read() -> float:
        times = [process.cpu_times() for process in processes]
        return sum(one.user + one.system for one in times)

    return read


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
