"""Objectives and how they went, over HTTP."""

from typing import cast

import pytest

from processors.gateway.logged import LAG
from tests.contract.log.rows import advances, attempt, event, failed
from tests.support.gateway import Client
from tests.unit.processors.gateway.test_subscriptions import made

PATH = "/v1/objectives"
ONE = "/v1/subscriptions/my-shop/objective"
_MINUTE_US = 60_000_000

Row = dict[str, object]


async def _happen(ask: Client) -> None:
    """A hundred kept, one late for a timeout, one refused; an hour ago."""
    await made(ask, by="partner", objective={"success": 0.99})
    at_us = (round(ask.api.world.clock.now()) // 60 - 60) * _MINUTE_US
    mine = {"subscription": "my-shop", "arrived_us": at_us}
    rows = [attempt(n, None, started_us=at_us, **mine) for n in range(100)]
    of, late_us = event(200), at_us + 9 * _MINUTE_US
    timeout = {"outcome": "unreachable", "status": 0, "detail": "timeout"}
    rows += [
        failed(200, of, started_us=at_us + 3 * _MINUTE_US, **timeout, **mine),
        attempt(201, of, started_us=late_us, number=2, **mine),
        failed(
            202,
            event(202),
            started_us=at_us,
            route="dead_letter:refused",
            **{**mine, "outcome": "refused", "status": 404},
        ),
        attempt(203, started_us=at_us, subscription="other"),
    ]
    await ask.log.write(rows, advances(rows), at_us + 60 * _MINUTE_US)


async def _rows(ask: Client, by: str = "operator") -> list[Row]:
    got = await ask("GET", PATH, by=by)
    assert got.status == 200, got.body
    return cast("list[Row]", got.json["data"])


async def test_of_all_that_are_there(ask: Client) -> None:
    """Promised, kept, spoilt by whom; what is left of the budget."""
    await _happen(ask)
    (row,) = await _rows(ask)
    assert (row["subscription"], row["success"], row["p95_s"]) == ("my-shop", 0.99, 2)
    assert (row["promised"], row["kept"], row["late"], row["dead"]) == (102, 100, 1, 1)
    assert (row["receiver"], row["sender"], row["waiting"]) == (2, 0, 0)
    assert (row["allowed"], row["left"]) == (1.02, -0.98)
    assert cast("Row", row["exhausted"])["said"] == "used up"
    assert await _rows(ask, "partner") == [row]
    assert await _rows(ask, "stranger") == []


async def test_the_ledger_of_one(ask: Client) -> None:
    """Causes with their shares, incidents, 90 days of which today is the last."""
    await _happen(ask)
    got = await ask("GET", ONE, by="partner")
    assert got.headers[LAG] != "unknown"
    told = got.json
    causes = {str(one["cause"]): one for one in cast("list[Row]", told["causes"])}
    assert {name: one["share"] for name, one in causes.items()} == {
        "timeout": 0.5,
        "refused": 0.5,
    }
    assert causes["timeout"]["party"] == "receiver"
    (incident,) = cast("list[Row]", told["incidents"])
    assert (incident["cause"], incident["minutes"]) == ("timeout", 1)
    assert incident["ended"] is not None
    assert told["down_minutes"] == 1
    days = cast("list[Row]", told["days"])
    assert len(days) == 90
    assert [day["level"] for day in days if day["level"] != "none"] == ["missed"]
    assert sum(cast("int", day["promised"]) for day in days) == told["promised"]
    assert told["uptime"] == pytest.approx(60 / 61)  # of the hour that is known


async def test_of_nobody_there_is_none(ask: Client) -> None:
    """A foreign one is as one that there is not; without deliveries it cannot say."""
    await made(ask, by="partner")
    assert (await ask("GET", ONE, by="stranger")).status == 404
    told = (await ask("GET", ONE)).json
    assert (told["attained"], told["uptime"], told["incidents"]) == (None, None, [])
    assert cast("Row", told["exhausted"])["verdict"] == "cannot_say"
