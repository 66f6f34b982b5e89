"""`bus events search`, from Kafka and over the HTTP API."""

import json
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from processors.cli.events import app
from tests.support.gateway import serving
from tests.support.past import Past
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell

Rows = list[dict[str, object]]


@pytest.fixture
async def order(worlds: Worlds) -> str:
    """The id of an order whose events are there, and those of another."""
    async with worlds.open() as world:
        past = Past(world)
        await past.order(2)
        (event, _), *_ = await past.order(1)
    return event.subject


def bus(worlds: Worlds, *args: str) -> Result:
    """Run it on Kafka."""
    return CliRunner().invoke(app, ["search", *args], obj=worlds.open)


def test_finds_and_says_where(worlds: Worlds, order: str) -> None:
    """The place, the event, and the text around it; JSON for scripts."""
    told = bus(worlds, order.lower(), "--type", "order.created")
    assert told.exit_code == 0, told.output
    assert f"order.created  {order}" in told.stdout
    assert f'"order_id":"{order}"' in told.stdout
    rows = cast("Rows", json.loads(bus(worlds, order, "--json").stdout))
    assert {row["order_id"] for row in rows} == {order}
    assert len({row["place"] for row in rows}) == len(rows) > 3


def test_says_that_nothing_or_not_all_is_found(worlds: Worlds, order: str) -> None:
    """By its exit code; with a limit there may be more."""
    none = bus(worlds, "nothing of this kind")
    assert none.exit_code == 1
    assert "has it." in none.stderr
    some = bus(worlds, order, "--limit", "2")
    assert some.exit_code == 0
    assert "--limit 4" in some.stderr
    assert bus(worlds, order, "--type", "order.none").exit_code == 2


async def test_over_the_api(
    worlds: Worlds, order: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same, part by part; who may not read content is refused."""
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)
    async with serving(worlds) as client:
        shell = Shell(client)
        rows = cast("Rows", await shell.json("events", "search", order))
        assert {row["order_id"] for row in rows} == {order}
        assert set(rows[0]) == {
            *("event_id", "type", "order_id", "at", "place"),
            *("before", "match", "after"),
        }
        await shell("events", "search", "nothing of this kind", code=1)
        denied = await Shell(client, "partner")("events", "search", order, code=1)
        assert "403" in denied.stderr
