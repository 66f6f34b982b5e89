"""Deliveries with the projector beside them, and without; how fast it catches up."""

from collections.abc import AsyncIterator
from statistics import median

from bus.adapters.sql import open_log
from bus.errors import OrderbusError
from bus.log.store import Log
from tests.bench.measuring import Row, at_rate, saturate
from tests.bench.rig import CLOCK, Plan, Rig, open_rig
from tests.support.pace import patience
from tests.support.postgres import running_postgres

_SERVER = ("shared_buffers=512MB", "max_wal_size=4GB")
_ROUNDS = 3
_WITHIN_S = 600
_RATE = 1000
_ANY_PORT = {"ORDERBUS_API_PORT": "0"}


async def projected(quick: bool) -> AsyncIterator[Row]:  # noqa: FBT001
    """(k) Deliveries with projector and gateway beside; how the log catches up."""
    events = 10_000 if quick else 40_000
    seconds = 5 if quick else 15
    rounds = 1 if quick else _ROUNDS
    found: dict[str, list[Row]] = {"without": [], "with": []}
    with running_postgres(_SERVER) as server:
        url = server.database()
        async with open_rig(Plan()) as rig:
            await saturate(rig, 3_000)
            for _ in range(rounds):
                found["without"].append(await _measured(rig, events, seconds))
                beside = [
                    await rig.start_other(role, ORDERBUS_LOG_URL=url, **_ANY_PORT)
                    for role in ("projector", "gateway")
                ]
                yield {"case": "catches up", **await _caught_up(url)}
                found["with"].append(await _measured(rig, events, seconds))
                yield {"case": "behind afterwards", **await _caught_up(url)}
                for one in beside:
                    rig.others.remove(one)
                    await one.stop()
    for case, rows in found.items():
        yield {"case": case, **_medians(rows)}
    yield {"case": "with, of without", **_ratio(found)}


async def _measured(rig: Rig, events: int, seconds: float) -> Row:
    """As fast as it goes, then latency at a rate."""
    fast = await saturate(rig, events)
    steady = await at_rate(rig, _RATE, seconds)
    return {
        "deliveries_per_s": fast["deliveries_per_s"],
        "deliveries_per_cpu_s": fast["deliveries_per_cpu_s"],
        "p50_ms": steady["p50_ms"],
        "p99_ms": steady["p99_ms"],
    }


async def _caught_up(url: str) -> Row:
    """Wait until all that is there now is in the log; how many rows a second."""
    log = open_log(url)
    try:
        before = await _rows(log)
        began, now_us = CLOCK.monotonic(), round(CLOCK.now() * 1e6)
        while await _read_to_us(log) < now_us:
            if CLOCK.monotonic() - began > patience(_WITHIN_S):
                raise RuntimeError("the log does not catch up")
            await CLOCK.sleep(0.1)
        rows, took_s = await _rows(log) - before, CLOCK.monotonic() - began
    finally:
        await log.close()
    return {
        "rows": rows,
        "rows_per_s": round(rows / took_s),
        "caught_up_after_s": round(took_s, 1),
    }


async def _read_to_us(log: Log) -> int:
    try:
        return await log.read_to_us() or 0
    except OrderbusError:  # no tables as yet
        return 0


async def _rows(log: Log) -> int:
    """How many records were read: where the log stands, added up."""
    try:
        positions = (await log.describe()).positions
    except OrderbusError:
        return 0
    return sum(position.next_offset for position in positions.values())


def _medians(rows: list[Row]) -> Row:
    return {name: median(float(str(row[name])) for row in rows) for name in rows[0]}


def _ratio(found: dict[str, list[Row]]) -> Row:
    beside, alone = _medians(found["with"]), _medians(found["without"])
    return {
        f"{name}_ratio": round(float(str(beside[name])) / float(str(alone[name])), 2)
        for name in alone
    }
