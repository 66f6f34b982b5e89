"""`bus health`, `alerts` and `forecast` over the HTTP API: as they do on Kafka."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from processors.watch.records import sink_message
from tests.support.bus import wait_until
from tests.support.gateway import serving
from tests.support.past import Past
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell
from tests.unit.processors.gateway.test_watching import DEAF, TOPIC, looked

Rows = list[dict[str, object]]


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


async def test_how_all_is(worlds: Worlds) -> None:
    """By the exit code, too; unknown without a watch."""
    async with serving(worlds) as client:
        bus = Shell(client)
        unknown = await bus("health", code=1)
        assert unknown.stdout == "unknown\n  no watch has ever looked: bus run watch\n"
        assert "bus run watch" in (await bus("alerts", "list", code=1)).stderr
        await looked(client, worlds)
        assert (await bus("health")).stdout.splitlines()[0] == "healthy"
        (row,) = cast("Rows", await bus.json("alerts", "list"))
        assert (row["rule"], row["name"], row["phase"]) == (
            *("lag", "oms.order"),
            "firing",
        )
        assert "source/oms.order" in (await bus("alerts", "list", "--all")).stdout
        denied = await Shell(client, "partner")("health", code=1)
        assert "403" in denied.stderr


async def test_sinks(worlds: Worlds) -> None:
    """The exit code says whether all are told."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await looked(client, worlds)
        shown = await bus("alerts", "sinks", code=1)
        assert "no answer" in shown.stdout
        (row,) = json.loads((await bus("alerts", "sinks", "--json", code=1)).stdout)
        assert (row["name"], row["waiting"]) == ("chat", 2)


async def test_silences(worlds: Worlds) -> None:
    """Made, listed, ended; what cannot be is refused with what was expected."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await looked(client, worlds)
        assert "no silences" in (await bus("alerts", "silences")).stdout
        made = await bus("alerts", "silence", "--rule", "lag", "--for", "2h")
        assert "for 2.0 h" in made.stdout
        assert "No alert of now" not in made.stdout
        (row,) = cast("Rows", await bus.json("alerts", "silences"))
        assert made.stdout.startswith(f"{row['id']}: ")
        assert row["covers"] == 1
        nobody = ("alerts", "silence", "--subject", "subscription/none", "--for", "1h")
        assert "No alert of now" in (await bus(*nobody)).stdout
        name = str(row["id"])
        assert "ended" in (await bus("alerts", "unsilence", name)).stdout
        await bus("alerts", "unsilence", name, code=1)
        await bus("alerts", "unsilence", "none", code=1)
        for wrong in ("soon", "31d"):
            await bus("alerts", "silence", "--rule", "lag", "--for", wrong, code=2)
        everything = await bus("alerts", "silence", "--for", "2h", code=2)
        assert "say what" in everything.stderr


async def test_forecasts(worlds: Worlds) -> None:
    """Of all, of one, in JSON as on Kafka; of one that is not there."""
    async with serving(worlds) as client:
        await client.api.world.table.ready()
        await Past(client.api.world).subscribe(owner="acme")
        bus = Shell(client)
        assert "oms.order" in (await bus("forecast")).stdout
        rows = cast("Rows", await bus.json("forecast", "acme"))
        assert rows[0]["queue"] == "subscription/acme"
        assert {row["subscription"] for row in rows} == {"acme"}
        theirs = await Shell(client, "partner").json("forecast")
        assert theirs == rows
        said = await bus("forecast", "nobody", code=1)
        assert "there is no subscription nobody" in said.stderr


async def test_sinks_are_tried_by_the_watch(worlds: Worlds) -> None:
    """It is asked, and what came of it is shown; there has to be such a sink."""
    async with serving(worlds) as client:
        bus, board = Shell(client), client.api.board
        await looked(client, worlds)

        async def watch() -> None:
            await wait_until(lambda: bool(board.trials), 20, "it is asked for")
            told = replace(DEAF, tried=board.trials["chat"], tried_why="401")
            message = sink_message(TOPIC, told, told.name, 0)
            await client.api.world.publisher.publish(message)

        answers = asyncio.create_task(watch())
        tried = await bus("alerts", "test", "chat", "--json", code=1)
        await answers
        (row,) = json.loads(tried.stdout)
        assert (row["name"], row["taken"], row["why"]) == ("chat", False, "401")
        nobody = await bus("alerts", "test", "nobody", code=1)
        assert "there are: chat" in nobody.stderr
