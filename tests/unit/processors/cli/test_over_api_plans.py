"""The status and plans over the HTTP API."""

import json
from pathlib import Path

import pytest

from bus.samples.lifecycles import sample
from processors.clock import SystemClock
from tests.support.facts import NOON
from tests.support.gateway import serving
from tests.support.past import Past
from tests.support.plans import never_complete
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import ADD, Shell
from tests.unit.processors.cli.test_over_api_more import worked


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


async def test_the_status_is_the_same_screen(worlds: Worlds) -> None:
    """Tables as on Kafka, exit code 1 where no process runs."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await bus(*ADD)
        seen = await bus("status", code=1)
        assert "no process runs: bus run" in seen.stdout
        assert "broker      " in seen.stdout
        assert "quarantine  0 pending" in seen.stdout
        told = json.loads((await bus("status", "--json", code=1)).stdout)
        assert [row["id"] for row in told["subscriptions"]] == ["acme"]


async def test_the_status_is_watched(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again and again until somebody stops it, with --json a document a line."""
    slept: list[float] = []

    async def sleep(_: SystemClock, delay_s: float) -> None:
        slept.append(delay_s)
        if len(slept) > 2:
            raise KeyboardInterrupt

    async with serving(worlds) as client:
        monkeypatch.setattr(SystemClock, "sleep", sleep)
        seen = await Shell(client)("status", "--watch", "--json", code=130)
    lines = [json.loads(line) for line in seen.stdout.splitlines()]
    assert [line["troubles"] for line in lines] == [lines[0]["troubles"]] * 3
    assert set(slept) == {2.0}


async def test_a_plan_that_is_not_complete_is_said(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why, and what would be; what is done is done to all of it."""
    never_complete(monkeypatch)
    async with serving(worlds) as client:
        bus, past = Shell(client), Past(client.api.world)
        await bus(*ADD)
        event = sample("order.created", 1, NOON)
        record = await past.produce(event)
        await past.die("acme", event, record)
        why = "there are at least so many. With a later since there is less to read"
        for act in ("replay", "discard"):
            dry = await bus("dlq", act, "acme", "--dry-run")
            assert why in dry.stderr
            assert why in (await bus("quarantine", act, "--dry-run")).stderr
        span = ("replay", "acme", "--from", "2h", "--dry-run")
        assert "With a shorter time" in (await bus(*span)).stderr
        told = json.loads((await bus(*span, "--json")).stdout)
        assert told["complete"] is False
        done = await worked(worlds, bus, "dlq", "replay", "acme")
        assert "acme: replayed 1" in done.stdout
