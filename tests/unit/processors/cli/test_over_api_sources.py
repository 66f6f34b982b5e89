"""`bus sources` over the HTTP API: the same words, the same rows."""

from pathlib import Path

import pytest

from tests.support.gateway import serving
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


async def test_sources(worlds: Worlds, tmp_path: Path) -> None:
    """Added, listed, shown, changed, paused, rotated, applied, removed."""
    file = tmp_path / "sources.yaml"
    text = "- {id: edi, channel: x12, max_body: 2MiB, settings: {zone: UTC}}\n"
    file.write_text(text)
    async with serving(worlds) as client:
        bus = Shell(client)
        added = await bus("sources", "add", "shop-eu", "-c", "shopify")
        assert "Secret, shown only now: " in added.stdout
        wrong = await bus("sources", "add", "x1", "-c", "shopfy", code=2)
        assert "did you mean shopify?" in wrong.output
        assert "shop-eu" in (await bus("sources", "list")).stdout
        await bus("sources", "update", "shop-eu", "--rate", "5", "--max-body", "1MiB")
        shown = await bus.json("sources", "show", "shop-eu")
        assert isinstance(shown, dict)
        assert (shown["rate"], shown["max_body"]) == (5.0, 2**20)
        paused = await bus("sources", "pause", "shop-eu", "--reason", "moved")
        assert "shop-eu: paused" in paused.stdout
        await bus("sources", "resume", "shop-eu")
        rotated = await bus("sources", "rotate-secret", "shop-eu", "--grace", "1h")
        assert "old secrets count for 1h" in rotated.stdout
        dry = await bus("sources", "apply", "-f", str(file), "--dry-run")
        assert "1 would change" in dry.stdout
        done = await bus("sources", "apply", "-f", str(file))
        assert "Address, shown only now: /in/edi/" in done.stdout
        again = await bus.json("sources", "apply", "-f", str(file))
        assert isinstance(again, dict)
        assert again["done"] == []
        removed = await bus("sources", "remove", "edi", "--purge", "--yes")
        assert "intake.raw.edi" in removed.stdout
