"""`bus objectives`, from the outside, on a broker in memory and a log in a file."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from processors.cli import objectives
from processors.settings import load
from processors.wiring.log import open_log
from tests.contract.log.rows import advances, attempt, event, failed
from tests.support.past import Past
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_forecast import Given

app = typer.Typer()
app.add_typer(objectives.app)
_MINUTE_US = 60_000_000


def run(given: Given, *args: str) -> Result:
    """Run the command; it must not fail in any way but on purpose."""
    done = CliRunner().invoke(app, ["objectives", *args], obj=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def given(worlds: Worlds, tmp_path: Path) -> Given:
    """Two subscriptions; of one a hundred were kept, and one was given up."""

    async def happen() -> None:
        async with worlds.open() as world:
            await world.table.ready()
            past = Past(world)
            await past.subscribe(objective={"success": "99%"})
            await past.subscribe("quiet")
        async with open_log(load(data_dir=tmp_path), make=True) as log:
            now_us = round(worlds.clock.now() * 1e6)
            await log.prepare(now_us)
            mine = {"subscription": "acme", "started_us": now_us - 5 * _MINUTE_US}
            rows = [attempt(n, None, arrived_us=1, **mine) for n in range(100)]
            rows = [row._replace(arrived_us=row.started_us) for row in rows]
            gone = failed(100, event(100), route="dead_letter:exhausted", **mine)
            rows += [gone._replace(started_us=now_us)]
            await log.write(rows, advances(rows), now_us)

    asyncio.run(happen())
    return Given({"data_dir": tmp_path}, worlds)


def test_a_line_each(given: Given) -> None:
    """What is aimed at, attained, left, and by whom it was spoilt."""
    done = run(given)
    assert done.exit_code == 0
    lines = [line.split("\t") for line in done.output.splitlines()]
    assert lines[1][:5] == ["acme", "99 %", "99.01 %", "101", "1 %"]
    assert lines[1][6:8] == ["1", "0"]
    assert lines[2][:6] == [
        *("quiet", "99.5 %", "-", "0", "-"),
        "cannot say: fewer than 50 deliveries",
    ]


def test_one_with_what_explains_it(given: Given) -> None:
    """Causes, the incident that goes on, the strip of 90 days."""
    done = run(given, "acme")
    assert done.exit_code == 0
    assert "server_error\treceiver\t0\t1\t0\t100 %" in done.output
    assert "goes on\t1\tserver_error\t1" in done.output
    strip = [line for line in done.output.splitlines() if "·" in line]
    assert len("".join(line.split()[1] for line in strip[:3])) == 90
    assert "▆" in strip[2]


def test_for_programs(given: Given) -> None:
    """The same as the API has it."""
    rows = json.loads(run(given, "--json").output)
    assert [(row["subscription"], row["promised"]) for row in rows] == [
        ("acme", 101),
        ("quiet", 0),
    ]
    one = json.loads(run(given, "acme", "--json").output)
    assert one["causes"][0]["cause"] == "server_error"
    assert len(one["days"]) == 90


def test_no_such_subscription(given: Given) -> None:
    """It says so, and how it ends."""
    done = run(given, "nobody")
    assert done.exit_code == 1
    assert "there is no subscription nobody" in done.output
