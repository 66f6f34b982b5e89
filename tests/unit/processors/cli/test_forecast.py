"""`bus forecast`, from the outside, on a broker in memory and a log in a file."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result
from typing_extensions import override

from bus.log.lags import ForecastRow
from bus.record import Message
from processors.cli import forecast
from processors.cli.root import Root
from processors.settings import load
from processors.subscriptions.world import World
from processors.wiring.log import open_log
from tests.support.past import Past
from tests.support.worlds import Worlds

app = typer.Typer()
app.add_typer(forecast.app)


@dataclass(frozen=True)
class Given(Root):
    """What the options said, and a world in memory instead of Kafka."""

    worlds: Worlds

    @override
    def reading(self) -> AbstractAsyncContextManager[World]:
        return self.worlds.open()


def run(given: Given, *args: str) -> Result:
    """Run the command; it must not fail in any way but on purpose."""
    done = CliRunner().invoke(app, ["forecast", *args], obj=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def given(worlds: Worlds, tmp_path: Path) -> Given:
    """Two subscriptions; something waits for one, of which a forecast has held."""

    async def happen() -> None:
        async with worlds.open() as world:
            await world.table.ready()
            past = Past(world)
            await past.subscribe()
            await past.subscribe("quiet")
            for _ in range(20):
                await world.publisher.publish(
                    Message("bus.retry.acme.5s", b"k", b"v", (), 0)
                )
            await worlds.clock.advance(60)
        async with open_log(load(data_dir=tmp_path), make=True) as log:
            now_us = round(worlds.clock.now() * 1e6)
            await log.prepare(now_us)
            row = ForecastRow(now_us - 9_000_000_000, "subscription/acme", 1, 2, 9, 1)
            await log.kept.keep([row._replace(took_us=5)])

    asyncio.run(happen())
    return Given({"data_dir": tmp_path}, worlds)


def test_on_one_screen(given: Given) -> None:
    """Topics, subscriptions, tiers in which something waits; what nobody can say."""
    done = run(given)
    assert done.exit_code == 0
    lines = dict(
        line.split("\t", 1) for line in done.output.splitlines() if "\t" in line
    )
    assert lines["oms.order"].split("\t")[2] == "on time"
    assert lines["subscription/acme"].split("\t") == [
        "20",
        "20",
        "cannot say: no process runs retry",
        "right 100 % of 1",
    ]
    assert "bus.retry.acme.5s" in lines
    assert "bus.retry.acme.1s" not in lines
    assert "subscription/quiet" in lines
    said = "all source topics: cannot say: it takes the counts of a day"
    assert done.output.count("it takes the counts of a day") == 1
    assert said in done.output


def test_one_subscription_for_programs(given: Given) -> None:
    """All of its tiers, and nothing of others."""
    done = run(given, "acme", "--json")
    rows = json.loads(done.output)
    assert [row["queue"] for row in rows] == [
        "subscription/acme",
        *(f"bus.retry.acme.{tier}" for tier in ("1s", "5s", "30s")),
    ]
    assert {row["verdict"] for row in rows} == {"cannot_say", "on_time"}


def test_no_such_subscription(given: Given) -> None:
    """It says so, and how it ends."""
    done = run(given, "nobody")
    assert done.exit_code == 1
    assert "there is no subscription nobody" in done.output


def test_no_log(given: Given, tmp_path: Path) -> None:
    """What to run, where there is none."""
    empty = tmp_path / "empty"
    done = run(Given({"data_dir": empty}, given.worlds))
    assert done.exit_code == 2
    assert "bus run projector" in done.output
