"""`bus jobs`: what a gateway does, listed, shown, ended; there is no other way."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from processors.cli.main import app
from processors.gateway.jobs import Job, JobState, Progress
from tests.support.gateway import Client, serving
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell

OVER, RUNS = "a" * 24, "b" * 24


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


def begin(client: Client) -> None:
    """A replay that is over, and one of a tenant that runs."""
    now = client.api.world.clock.now()
    over = Job(OVER, "replay_dead_letters", "my-shop", "", "", now - 90)
    over.state, over.ended_s, over.done, over.total = JobState.DONE, now, 2, 2
    over.asked_for = {"reasons": ["exhausted"]}
    over.result = {"done": 1, "failed": 1, "not_sent": {"5f0c": "gone \x1b[2J"}}
    runs = Job(RUNS, "discard_dead_letters", "acme-shop", "acme", "", now)

    async def work(progress: Progress) -> dict[str, object]:
        progress(120, 400)
        await asyncio.Event().wait()
        return {}

    jobs = client.api.jobs
    runs.task = asyncio.create_task(jobs._run(runs, work))  # noqa: SLF001 - of that id
    for job in (over, runs):
        jobs._held[job.id] = job  # noqa: SLF001 - as if they had been begun


async def test_listed_shown_and_ended(worlds: Worlds) -> None:
    """With what was asked for and what came of it, and nothing for a terminal to do."""
    async with serving(worlds) as client:
        bus = Shell(client)
        assert "no jobs" in (await bus("jobs", "list")).stdout
        begin(client)
        listed = (await bus("jobs", "list")).stdout
        assert "replay dead letters" in listed
        assert "120/400" in listed
        shown = (await bus("jobs", "show", OVER)).stdout
        assert "asked for: reasons exhausted" in shown
        assert r"not sent 5f0c: gone \x1b[2J" in shown
        assert "is done already" in (await bus("jobs", "cancel", OVER)).stdout
        ended = await bus("jobs", "cancel", RUNS)
        assert ended.stdout == "cancelled after 120 of 400: what was done stands\n"
        found = await bus.json("jobs", "show", RUNS)
        assert isinstance(found, dict)
        assert found["state"] == "cancelled"


async def test_of_a_tenant_its_own(worlds: Worlds) -> None:
    """A foreign one is as one that there is not."""
    async with serving(worlds) as client:
        begin(client)
        mine = Shell(client, "partner")
        found = await mine.json("jobs", "list")
        assert [row["id"] for row in found] == [RUNS]  # type: ignore[attr-defined]
        for name in (OVER, "c" * 24):
            nobody = await mine("jobs", "show", name, code=1)
            assert f"there is no job {name}" in nobody.stderr


def test_without_a_gateway_there_are_none() -> None:
    """It says what is missing."""
    done = CliRunner().invoke(app, ["jobs", "list"])
    assert done.exit_code == 2
    assert "ORDERBUS_URL" in done.stderr
