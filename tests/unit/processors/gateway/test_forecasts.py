"""When what waits will be caught up with, over HTTP."""

from bus.log.lags import ForecastRow, LagRow
from processors.gateway.logged import LAG
from tests.support.gateway import Client
from tests.unit.processors.gateway.test_subscriptions import made

PATH = "/v1/forecasts"
_STEP_US = 30_000_000


async def _rows(ask: Client, *, by: str = "operator", query: str = "") -> list[object]:
    got = await ask("GET", PATH + query, by=by)
    assert got.status == 200
    rows = got.json["data"]
    assert isinstance(rows, list)
    return rows


async def test_every_queue_with_its_verdict(ask: Client) -> None:
    """Source topics, subscriptions, tiers: nothing waits, nobody was ever wrong."""
    await made(ask, by="partner")
    rows = await _rows(ask)
    found = {str(row["queue"]): row for row in rows if isinstance(row, dict)}
    assert {"oms.order", "subscription/my-shop", "bus.retry.my-shop.1s"} <= set(found)
    order = found["oms.order"]
    assert (order["verdict"], order["said"]) == ("on_time", "on time")
    assert order["record"] == {
        "known": 0,
        "held": 0,
        "coverage": None,
        "said": "none yet",
    }
    assert order["limit"]["verdict"] == "cannot_say"
    assert found["subscription/my-shop"]["limit"] is None


async def test_a_partner_sees_its_own(ask: Client) -> None:
    """Neither the source topics nor what waits for others."""
    await made(ask, by="partner")
    names = {
        row["subscription"]
        for row in await _rows(ask, by="partner")
        if isinstance(row, dict)
    }
    assert names == {"my-shop"}
    assert await _rows(ask, by="stranger") == []
    assert await _rows(ask, by="stranger", query="?subscription=my-shop") == []
    assert await _rows(ask, query="?subscription=my-shop")
    assert (await ask("GET", f"{PATH}?subscription=NO")).status == 400


async def test_from_what_the_log_keeps(ask: Client) -> None:
    """With the track record, and how far the log is behind."""
    now_us = round(ask.api.world.clock.now() * 1e6)
    await ask.log.kept.note(
        [LagRow(now_us - n * _STEP_US, "oms.order", 0, 0) for n in range(5)]
    )
    made_us = now_us - 1_000_000_000
    row = ForecastRow(made_us, "oms.order", 5_000_000, 9_000_000, 20_000_000, 1.2)
    later = row._replace(made_us=made_us + 1, took_us=90_000_000)
    await ask.log.kept.keep([row._replace(took_us=10_000_000), later])
    got = await ask("GET", PATH)
    assert got.headers[LAG] == "unknown"
    order = next(
        one for one in await _rows(ask) if isinstance(one, dict)
    )  # the source topics come first
    assert order["record"] == {
        "known": 2,
        "held": 1,
        "coverage": 0.5,
        "said": "right 50 % of 2",
    }
