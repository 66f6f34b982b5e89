"""Pages of the dashboard over a full log: how long they take, what viewers cost."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import psycopg
from orjson import loads

from bus.adapters.sql import open_log
from bus.record import TopicPartition
from processors.web.pages import Page
from processors.web.table import PAGES
from processors.wiring.life import spare_the_collector
from tests.bench.events import percentiles_of
from tests.bench.history import DAY_US, NAMES, History
from tests.bench.history_sql import event_id, fill, order_id
from tests.bench.log import ATTEMPTS, SERVER, server_cpu
from tests.bench.measuring import Row
from tests.bench.painting import painted
from tests.bench.processes import start_child
from tests.bench.rig import CLOCK
from tests.bench.running import RunningClock
from tests.contract.log.rows import MINUTE_US, NOW_US
from tests.support.browsing import address
from tests.support.lively import Lively, lively, signed_in
from tests.support.postgres import running_postgres

_QUICK = 100_000
_DAYS = 14
_WARM = 3
_VIEWERS = 50
_BUDGET_MS = 200
_PARTITIONS = 6
_FIRST = (
    *("overview", "subscriptions", "subscription", "forecasts", "topics"),
    *("event, of many", "order, of many"),
)
"""Pages of which the first paint is looked at."""


@dataclass(frozen=True, slots=True)
class Full:
    """The gateway that serves, over a log of so many events at `url`."""

    site: Lively
    url: str
    events: int


async def drawn(quick: bool, attempts: int = ATTEMPTS) -> AsyncIterator[Row]:  # noqa: FBT001
    """(pages) Every page with 1,000 subscriptions and 10 million attempts; viewers."""
    if quick:
        attempts = min(attempts, _QUICK)
    began = perf_counter()
    async with _full(attempts) as full:
        yield {"case": "filled", "took_s": round(perf_counter() - began)}
        over = []
        for name, path in _addresses(full):
            row = await _asked(full.site, path, 10 if quick else 40)
            yield {"case": name, **row}
            if float(str(row["p95_ms"])) > _BUDGET_MS:
                over.append(name)
        yield {"case": "over the budget", "pages": ", ".join(over) or "none"}
        async for row in _painted(full):
            yield row
        seconds = 10 if quick else 60
        for paths in (("/",), ("/subscriptions",), ("/", "/subscriptions")):
            yield await _viewed(full, paths, seconds)


@asynccontextmanager
async def _full(attempts: int) -> AsyncIterator[Full]:
    """Two weeks that end a little after now: some of it comes while pages are asked."""
    since_us = NOW_US + 10 * MINUTE_US - _DAYS * DAY_US
    history = History()
    with running_postgres(SERVER) as server, TemporaryDirectory() as folder:
        url = server.database()
        log = open_log(url, write_s=600)
        await log.prepare(NOW_US)
        until_us = since_us + _DAYS * DAY_US
        for rows, advances in history.batches(5_000, 500, since_us, until_us):
            await log.write(rows, advances, NOW_US)  # makes the days and the names
        made = await asyncio.to_thread(fill, url, attempts, since_us, _DAYS)
        # What the lively bus writes begins where Kafka begins.
        await log.forget(
            [
                TopicPartition(topic, partition)
                for topic in ("oms.order", "bus.attempts")
                for partition in range(_PARTITIONS)
            ]
        )
        clock = RunningClock()
        async with lively(Path(folder), log=log, clock=clock, more=NAMES) as site:
            spare_the_collector()  # as every program does once it stands
            yield Full(site, url, made)


async def _painted(full: Full) -> AsyncIterator[Row]:
    """What people open first, and what is most to draw."""
    named = dict(_addresses(full))
    cookie = await signed_in(full.site)
    first = [(name, named[name]) for name in _FIRST]
    async for row in painted(full.site.url, cookie, first):
        yield row


def _addresses(full: Full) -> Iterator[tuple[str, str]]:
    """Each page of the table; and those of one thing, of one that has a long past."""
    some = full.events // 2
    past: Mapping[str, str] = {
        "subscription": NAMES[7],
        "event": event_id(some),
        "order": order_id(some),
    }
    for page in PAGES:
        yield page.name, address(page, **_of_today(page, full.site))
        is_dead = "dead-letters/{event}" in page.path
        if page.example and set(page.example) <= set(past) and not is_dead:
            yield f"{page.name}, of many", address(page, **past)
    name = NAMES[8]
    yield "subscriptions, by p95", "/ui/subscriptions?sort=p95&limit=250"
    yield "events of a subscription", f"/ui/events?subscription={name}"
    yield "events that failed", "/ui/events?outcome=failed"
    yield "events of an account", "/ui/events?account=acc-7"
    yield "attempts of a subscription", f"/ui/attempts?subscription={name}"
    yield "attempts that failed", "/ui/attempts?outcome=failed"
    yield "attempts answered 4xx", "/ui/attempts?status=4xx"


def _of_today(page: Page, site: Lively) -> Mapping[str, str]:
    """What the page's example is in this world: ids follow the clock."""
    refused = page.example.get("subscription") == "hooli-market"
    event, _ = site.events[6 if refused else 0]
    return {"event": event.webhook_id, "order": event.subject}


async def _asked(site: Lively, path: str, times: int) -> Row:
    """How long a page takes until all of it is there, for one who asks alone."""
    name, value = await signed_in(site)
    headers = {"Cookie": f"{name}={value}"}
    took: list[float] = []
    size, cpu_s = 0, 0.0
    for n in range(_WARM + times):
        cpu_s = process_time() if n == _WARM else cpu_s
        began = perf_counter()
        async with site.ask.session.get(
            path, headers=headers, allow_redirects=False
        ) as answer:
            size = len(await answer.read())
            if answer.status != 200:  # its example is another one at each start
                return {"p95_ms": 0, "status": answer.status, "path": path}
        took.append((perf_counter() - began) * 1000)
    found = percentiles_of(took[_WARM:])
    return {
        "first_ms": round(took[0], 1),
        "p50_ms": round(found["p50"], 1),
        "p95_ms": round(found["p95"], 1),
        "cpu_ms": round((process_time() - cpu_s) * 1000 / times, 1),
        "kb": round(size / 1e3),
    }


async def _viewed(full: Full, paths: tuple[str, ...], seconds: int) -> Row:
    """What it costs that somebody looks, while attempts of all come."""
    site = full.site
    name, value = await signed_in(site)
    count = str(_VIEWERS // len(paths))
    live = [f"/ui/live{path}" for path in paths]
    async with AsyncExitStack() as stack:
        child = await start_child(
            "tests.bench.viewers", site.url, f"{name}={value}", count, *live
        )
        stack.push_async_callback(child.stop)
        coming = asyncio.create_task(_come(full.url))
        stack.callback(coming.cancel)
        await CLOCK.sleep(8)  # all are there, and what is kept for a moment is warm
        await child.ask("")
        server = server_cpu(full.url)
        began, cpu_s, server_s = CLOCK.monotonic(), process_time(), server()
        await CLOCK.sleep(seconds)
        heard = loads(await child.ask(""))
        took = CLOCK.monotonic() - began
        cpu_s, server_s = process_time() - cpu_s, server() - server_s
    return {
        "case": f"{_VIEWERS} viewers of {' and '.join(live)}",
        "gateway_core_percent": round(cpu_s / took * 100, 1),
        "database_core_percent": round(server_s / took * 100, 1),
        "messages_per_viewer_s": round(heard["messages"] / took / _VIEWERS, 2),
        "kb_per_s": round(heard["bytes"] / took / 1e3),
    }


async def _come(url: str) -> None:
    """Something happens to everybody, every other second."""
    parts = (
        f"UPDATE {table} SET accepted = coalesce(accepted, 0) + 1, latency_08 = "  # noqa: S608
        f"coalesce(latency_08, 0) + 1 WHERE start >= (SELECT max(start) - {span} "
        f"FROM {table})"
        for table, span in (("minute", 3), ("five_minutes", 5))
    )
    text = "; ".join(parts).encode()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
        while True:
            await database.execute(text)
            await CLOCK.sleep(2)
