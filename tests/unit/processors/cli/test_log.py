"""`bus log`, from the outside, on a log in a file."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bus.log.rows import Advance, AttemptRow, Place
from bus.record import TopicPartition
from processors.cli import log
from processors.cli.root import Root
from processors.clock import SystemClock
from processors.settings import load
from processors.wiring.log import open_log

DAY_US = 86_400_000_000
app = typer.Typer()
app.add_typer(log.app, name="log")


def run(folder: Path, *args: str) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    given = Root({"data_dir": folder})
    done = CliRunner().invoke(app, ["log", *args], obj=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def now_us() -> int:
    """The time now; what a log in a file goes by."""
    return round(SystemClock().now() * 1e6)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a log of two attempts, one of which is old."""

    async def write() -> None:
        async with open_log(load(data_dir=tmp_path), make=True) as store:
            await store.prepare(now_us())
            tp = TopicPartition("bus.attempts", 0)
            times = [now_us() - 20 * DAY_US, now_us()]
            rows = [attempt(n, at_us) for n, at_us in enumerate(times)]
            await store.write(rows, [Advance(tp, -1, 2, now_us())], now_us())

    asyncio.run(write())
    return tmp_path


def attempt(offset: int, started_us: int) -> AttemptRow:
    """An attempt that was accepted."""
    return AttemptRow(
        Place("bus.attempts", 0, offset),
        started_us,
        1_000,
        "erp",
        f"e-{offset}",
        "order.created",
        "SO-1",
        None,
        1,
        0,
        "accepted",
        200,
        "done",
    )


def attempts(folder: Path) -> int:
    """How many attempts there are."""
    told = json.loads(run(folder, "status", "--json").stdout)
    return next(t["rows"] for t in told["tables"] if t["name"] == "attempt")


def test_how_it_is(folder: Path) -> None:
    """Where, how far behind, how many rows; the same in JSON."""
    done = run(folder, "status")
    assert done.exit_code == 0
    assert str(folder / "log.sqlite3") in done.stdout
    assert attempts(folder) == 2
    told = json.loads(run(folder, "status", "--json").stdout)
    assert 0 <= told["behind_s"] < 60
    assert told["trouble"] is None
    assert told["partitions"] == 1


def test_there_is_none(tmp_path: Path) -> None:
    """It says how one comes to be, and makes none."""
    done = run(tmp_path, "status")
    assert done.exit_code == 2
    assert "bus run projector" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_pruning_removes_what_is_old(folder: Path) -> None:
    """By the settings, or keeping less once."""
    done = run(folder, "prune", "--yes")
    assert done.exit_code == 0
    assert attempts(folder) == 1
    told = json.loads(run(folder, "prune", "--days", "3", "--yes", "--json").stdout)
    assert told == {"days": [], "rows": 0}


def test_rebuilding_empties_it(folder: Path) -> None:
    """Whoever reads Kafka fills it again."""
    done = run(folder, "rebuild", "--yes", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["emptied"] == str(folder / "log.sqlite3")
    assert attempts(folder) == 0


@pytest.mark.parametrize("command", ["prune", "rebuild"])
def test_nobody_is_robbed_without_a_question(folder: Path, command: str) -> None:
    """Where nobody can be asked, nothing is done."""
    done = run(folder, command)
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert attempts(folder) == 2
