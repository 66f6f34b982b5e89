"""`bus events list` and `bus attempts`, on a log here and over the HTTP API."""

import asyncio
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
import typer
from typer.testing import CliRunner, Result

from bus.access.roles import WHOLE_BUS, Role, principal
from bus.log.rows import Row
from processors.cli import attempts, events
from processors.gateway.log_models import event_shown
from processors.settings import load
from processors.wiring.log import open_log
from tests.contract.log.rows import NOW_US, attempt, event, failed, held, write
from tests.support.gateway import serving
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_forecast import Given
from tests.unit.processors.cli.test_over_api import Shell

app = typer.Typer()
app.add_typer(attempts.app)
app.add_typer(events.app, name="events")

ASKED = [
    ("events list order-2", [2]),
    (f"events list {event(3).event_id}", [3]),
    ("events list --type order.cancelled --channel web --account a-1", [2]),
    ("events list --subscription erp --outcome failed --status 5xx", [2]),
    ("events list --since 2026-11-28T12:00:02Z --limit 1", [3]),
    ("events list --until 2026-11-28T12:00:02Z", [1]),
    ("attempts --order order-2 --type order.cancelled", [2]),
    (f"attempts --event {event(3).event_id}", [3, 3]),
    ("attempts --outcome failed --outcome held --until 2026-11-28T12:00:04Z", [2, 3]),
    ("attempts --status none --subscription erp", [3]),
    ("attempts --since 2026-11-28T12:00:03Z --limit 1", [3]),
]
NAMED = ("events", "list", event(3).event_id)
OPERATOR = principal("test", Role.OPERATOR, WHOLE_BUS)
NUMBERS = {event(n).event_id: n for n in range(1, 4)}


def rows() -> list[Row]:
    """Three events; one was not taken, one is held for one of two."""
    sent = [
        event(1),
        event(2, event_type="order.cancelled", channel="web", account="a-1"),
        event(3),
    ]
    return [
        *sent,
        attempt(1, sent[0], subscription="my-shop"),
        failed(2, sent[1], subscription="erp"),
        failed(3, sent[2], subscription="my-shop"),
        held(4, sent[2], subscription="erp", status=0),
    ]


@pytest.fixture
def given(worlds: Worlds, tmp_path: Path) -> Given:
    """A log in a file."""

    async def happen() -> None:
        async with open_log(load(data_dir=tmp_path), make=True) as log:
            await log.prepare(NOW_US)
            await write(log, *rows())

    asyncio.run(happen())
    return Given({"data_dir": tmp_path}, worlds)


def run(given: Given, words: Sequence[str]) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    done = CliRunner().invoke(app, words, obj=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def numbered(document: str) -> list[int]:
    """Which of the three a list is of."""
    found = cast("list[dict[str, object]]", json.loads(document))
    return [NUMBERS[str(one["event_id"])] for one in found]


def test_here(given: Given) -> None:
    """The oldest first, of the newest."""
    for typed, expected in ASKED:
        done = run(given, [*shlex.split(typed), "--json"])
        assert (done.exit_code, numbered(done.stdout)) == (0, expected), typed


async def test_over_the_api(worlds: Worlds) -> None:
    """The same, and of each the same is told, but for what only the API has."""
    async with serving(worlds) as client:
        await write(client.log, *rows())
        bus = Shell(client)
        for typed, expected in ASKED:
            words = shlex.split(typed)
            said = (await bus(*words, "--json")).stdout
            assert numbered(said) == expected, typed
        told = await bus("attempts", "--limit", "3")
        assert "503 not now" in told.stdout
        assert "There are older ones: --limit 6" in told.stderr
        (row,) = cast("list[dict[str, object]]", await bus.json(*NAMED))
        assert row.keys() == event_shown(event(3), by=OPERATOR).model_dump().keys() - {
            "record"
        }


def test_told_in_words(given: Given) -> None:
    """Who, what, what followed; and that there is more."""
    told = run(given, ["attempts", "--limit", "3"])
    for word in ("erp", "503 not now", "waits 1s", "order.cancelled"):
        assert word in told.stdout
    assert "There are older ones: --limit 6" in told.stderr
    told = run(given, ["events", "list"])
    for word in ("oms.order/0/2", "web", "a-1", "order-2"):
        assert word in told.stdout
    assert "none that fits" in run(given, ["events", "list", "nobody"]).stdout


def test_says_where_a_log_would_be(worlds: Worlds, tmp_path: Path) -> None:
    """Without one."""
    nothing = Given({"data_dir": tmp_path / "none"}, worlds)
    done = run(nothing, ["attempts"])
    assert done.exit_code == 2
    assert "bus run projector" in done.stderr
