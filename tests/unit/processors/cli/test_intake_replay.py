"""What `bus intake replay` and `show` refuse once they have a world."""

import asyncio
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from processors.cli.main import app
from tests.support.root import HeldRoot
from tests.support.sources import added, open_sources
from tests.support.worlds import Worlds


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["replay", "shop-eu", "--ids", ""], 2, "--ids: expected ids or places"),
        (["replay", "shop-eu", "--ids", " , "], 2, "--ids: expected ids or places"),
        (
            ["replay", "shop-eu", "--from", "1h", "--to", "2h"],
            2,
            "after --from, got 2h",
        ),
        (["replay", "shop-ue"], 1, "did you mean shop-eu?"),
        (["replay", "shop-eu", "--ids", "a,b"], 1, "shop-eu has no submission a"),
        (["replay", "shop-eu", "--ids", "a,b"], 1, "shop-eu has no submission b"),
        (["show", "intake.raw.shop-ue/0/1"], 1, "did you mean intake.raw.shop-eu?"),
        (["show", "intake.raw.shop-eu/0/1"], 1, "no submission intake.raw.shop-eu/0/1"),
    ],
)
def test_what_was_meant_is_said(
    words: list[str],
    code: int,
    why: str,
    worlds: Worlds,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is sent; of nothing named, nothing is done."""
    asyncio.run(_add(worlds))
    held = HeldRoot({"data_dir": tmp_path}, worlds)
    monkeypatch.setattr(import_module("processors.cli.main"), "Root", lambda _: held)
    done = CliRunner().invoke(app, ["intake", *words, "--json"])
    assert done.exit_code == code, done.output
    assert why in " ".join(done.stderr.split())


async def _add(worlds: Worlds) -> None:
    async with open_sources(worlds) as world:
        await added(world)
