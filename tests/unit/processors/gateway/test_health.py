"""How a subscription fares, over HTTP."""

from dataclasses import replace

from bus.delivery.presence import Presence, presence_message
from bus.log.rows import Row
from processors.gateway.logged import LAG
from tests.contract.log.rows import NOW_US, attempt, event, failed, held, write
from tests.support.gateway import Client, serving
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import PATH, made

HEALTH = f"{PATH}/my-shop/health"
MINUTES = (3, 50, 600)
"""How long ago an attempt was, in the rows of a test."""


async def test_rates_counts_and_latencies(ask: Client, worlds: Worlds) -> None:
    """Of five minutes, an hour and a day, of this subscription alone."""
    await worlds.clock.advance(NOW_US / 1e6 - worlds.clock.now())
    await made(ask, by="partner")
    rows: list[Row] = []
    for ago in MINUTES:
        at = {"started_us": NOW_US - ago * 60_000_000, "subscription": "my-shop"}
        n = len(rows)
        rows += [
            attempt(n, event(n), **at),
            failed(n + 1, event(n + 1), **{**at, "duration_us": 900_000}),
            held(n + 2, event(n + 2), **at),
            attempt(n + 3, event(n + 3), **{**at, "subscription": "erp"}),
        ]
    await write(ask.log, *rows)
    got = await ask("GET", HEALTH, by="partner")
    assert got.status == 200
    assert got.headers[LAG] == "0.0"
    assert got.json["state"] == "active"
    for name, times in (("five_minutes", 1), ("hour", 2), ("day", 3)):
        figures = got.json[name]
        assert isinstance(figures, dict)
        counts = [figures[k] for k in ("attempts", "accepted", "held", "dead_letters")]
        assert counts == [2 * times, times, times, 0]
        assert figures["success_rate"] == 0.5
        assert 10 < figures["p50_ms"] < 40
        assert 600 < figures["p99_ms"] < 1_300


async def test_without_any_attempt(ask: Client) -> None:
    """Zeros, and null where nothing can be said; nobody delivers here."""
    await made(ask)
    got = await ask("GET", HEALTH)
    assert got.json["breaker"] == "-"
    assert got.headers[LAG] == "unknown"
    assert got.json["hour"] == {
        "attempts": 0,
        "accepted": 0,
        "held": 0,
        "dead_letters": 0,
        "success_rate": None,
        "p50_ms": None,
        "p95_ms": None,
        "p99_ms": None,
    }


async def test_a_tenant_is_not_told_how_many_processes_there_are(ask: Client) -> None:
    """One word for it; who runs the bus sees all."""
    await made(ask, by="partner")
    world = ask.api.world
    live = Presence(host="node-1", pid=1, programs=("fanout",), started_ms=0)
    for one in (replace(live, breakers={"my-shop": "half_open"}), replace(live, pid=2)):
        message = presence_message(world.topology.processes, one)
        await world.publisher.publish(message)
    assert (await ask("GET", HEALTH)).json["breaker"] == "half-open in 1 of 2"
    got = await ask("GET", HEALTH, by="partner")
    assert got.json["breaker"] == "half-open"


async def no_log() -> None:
    """There is none."""


async def test_without_a_log(worlds: Worlds) -> None:
    """It says what to do; one that is missing is missing all the same."""
    async with serving(worlds, ask_log=no_log) as ask:
        await made(ask, by="partner")
        got = await ask("GET", HEALTH)
        assert (got.status, got.slug) == (503, "unavailable")
        assert "ORDERBUS_LOG_URL" in str(got.json["detail"])
        assert (await ask("GET", HEALTH, by="stranger")).status == 404
