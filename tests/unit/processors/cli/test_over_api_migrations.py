"""Comparing two senders over the HTTP API: it is the gateway's ledger that is asked."""

from pathlib import Path

import pytest

from tests.support.gateway import serving
from tests.support.old_sender import canary_in
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import ADD, Shell


async def test_a_report_in_a_canary(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the bus sends alone is taken out, and how many pairs prove it is asked."""
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.chdir(tmp_path)
    left = canary_in(tmp_path, "acme")
    async with serving(worlds) as client:
        bus = Shell(client)
        await bus("migrate", "plan", "acme", "--shares", "50", "--limit", "pairs=1")
        await bus(*ADD)
        for _ in range(3):
            await bus("migrate", "step", "acme", "--force", "--why", "a trial")
        files = ("terms.yaml", "--old", "old", "--new", "new")
        done = await bus("migrate", "report", "acme", *files)
        told = " ".join(done.stdout.split())
        assert f"{left} events of orders that the new side has to send alone" in told
        assert "not proven" not in told
        await bus("migrate", "compare", *files, code=1)
