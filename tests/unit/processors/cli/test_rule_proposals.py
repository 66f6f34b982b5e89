"""`bus rules proposals` and applying one, by command and over the API."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bus.access.entities import Entity
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Found, Item, Stage
from bus.intake.parked.records import decision_message, parked_message
from processors.cli import rules
from tests.support.gateway import serving
from tests.support.judged import order
from tests.support.worlds import Worlds

AT = datetime(2026, 11, 20, tzinfo=UTC)
WHERE = ("--channel", "shopify", "--account", "A-7")


@pytest.fixture
def decided() -> Worlds:
    """25 orders of one account were off by 4 cents, and released as they were."""
    worlds = Worlds()
    found = Found(code="total_differs", rule="total-sum", need="4")
    for number in range(25):
        name = f"i{number}"
        item = Item(
            id=name,
            source="shop-eu",
            channel="shopify",
            at=AT,
            stage=Stage.RULE,
            payload=order(),
            findings=(found,),
        )
        ended = Decision(id=name, kind=Kind.RELEASED, who="ada", at=AT, on=1, release=1)
        topic = worlds.topology.parked
        worlds.broker.append(parked_message(topic, item))
        worlds.broker.append(decision_message(topic, ended))
    return worlds


def bus(worlds: Worlds, *args: str) -> Result:
    """Run a command of `bus rules`."""
    result = CliRunner().invoke(rules.app, args, obj=worlds.open)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_what_is_proposed_can_be_applied_once(decided: Worlds) -> None:
    """It holds at once, is written down, and is not proposed again."""
    said = bus(decided, "proposals", "--rates").stdout
    assert "tolerance 4 instead of 1" in said
    assert "100%" in said
    found = json.loads(bus(decided, "proposals", "--json").stdout)
    (one,) = found["proposals"]
    assert (one["released"], one["lost"], one["rate"]["false"]) == (25, 0, 25)
    tried = bus(decided, "apply", "--proposal", one["id"], "--dry-run").stdout
    assert "would be applied" in tried
    assert decided.records("bus.rules") == []
    assert bus(decided, "apply", "--proposal", one["id"]).exit_code == 0
    row = json.loads(bus(decided, "effective", *WHERE, "--json").stdout)
    (the,) = [rule for rule in row["rules"] if rule["id"] == "total-sum"]
    assert (the["parameters"]["tolerance"], the["trial"]) == ("4", False)
    (change,) = decided.audited()
    assert (change.entity, change.actor) == (Entity.RULE, "cli:ada")
    assert "Nothing to propose" in bus(decided, "proposals").stdout
    assert bus(decided, "apply", "--proposal", one["id"]).exit_code == 1
    assert bus(decided, "apply").exit_code == 2


async def test_the_same_over_the_api(decided: Worlds) -> None:
    """Listed, applied as whoever asks, gone after."""
    async with serving(decided) as ask:
        found: Any = (await ask("GET", "/v1/rules/proposals")).json
        assert found["proposals"][0]["actions"] == ["apply"]
        seen: Any = (await ask("GET", "/v1/rules/proposals", by="support")).json
        assert seen["proposals"][0]["actions"] == []
        path = f"/v1/rules/proposals/{found['proposals'][0]['id']}/apply"
        assert (await ask("POST", path, {}, by="support")).status == 403
        done = await ask("POST", path, {})
        assert done.status == 200
        assert done.json["steps"][0]["action"] == "create"  # type: ignore[index]  # a list
        assert (await ask("POST", path, {})).status == 404
        query = "?channel=shopify&account=A-7"
        row = (await ask("GET", f"/v1/rules/effective{query}")).json
        (the,) = [rule for rule in row["rules"] if rule["id"] == "total-sum"]  # type: ignore[attr-defined]  # a list
        assert the["parameters"]["tolerance"] == "4"


async def test_rules_and_tables_over_the_api() -> None:
    """Applied with what is wrong told by place; loaded, shown, replaced."""
    async with serving(Worlds()) as ask:
        wrong = {"rules": [{"id": "ab", "check": "nothing"}, {"id": "ab"}]}
        refused = await ask("POST", "/v1/rules:apply", wrong)
        assert refused.status == 422
        assert refused.json["errors"][0]["pointer"] == "#/rules/1"  # type: ignore[index]  # a list
        new = {"rules": [{"id": "total-sum", "parameters": {"tolerance": 3}}]}
        tried = await ask("POST", "/v1/rules:apply?dry_run=true", new)
        assert tried.json["steps"][0]["action"] == "create"  # type: ignore[index]  # likewise
        assert (await ask("POST", "/v1/rules:apply", new)).status == 200
        rows = (await ask("GET", "/v1/rules")).rows
        (mine,) = [row for row in rows if row["layer"] == "stored"]
        assert mine["parameters"] == {"tolerance": "3"}
        actions = {row["layer"]: row["actions"] for row in rows}
        assert actions == {"shipped": ["override"], "stored": ["change", "remove"]}
        for path in ("/v1/rules", "/v1/lookups"):
            read = (await ask("GET", path, by="support")).rows
            assert not any(row["actions"] for row in read)
        body = {"rows": {"MUG-1": {"price": "9.90"}}}
        loaded = await ask("POST", "/v1/lookups/prices/load", body)
        assert loaded.json["added"] == 1
        assert (await ask("GET", "/v1/lookups")).rows == [
            {"table": "prices", "rows": 1, "actions": ["load"]}
        ]
        assert (await ask("GET", "/v1/lookups/prices")).json == body
        assert (await ask("GET", "/v1/lookups/none")).status == 404
