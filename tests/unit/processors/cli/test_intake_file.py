"""`bus intake file`: what it says of each file, and how it ends."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from processors.cli.intake import app
from processors.collecting.handing import FilesWorld
from tests.support.collecting import ORDER, Files
from tests.support.sources import CHANNELS
from tests.support.worlds import Worlds

SHIPPED = Path(__file__).parents[4] / "schemas/channels"
EDI = SHIPPED / "x12/samples/01-plain/body.edi"


@dataclass
class Root:
    """Stands for what the global options open."""

    worlds: Worlds

    @asynccontextmanager
    async def files(self) -> AsyncIterator[FilesWorld]:
        """Sources `edi` and `own` over the broker in memory."""
        self.worlds.broker.up()
        files = Files(self.worlds)
        files.add("edi", "x12", settings={"currency": "USD"})
        files.add("own", "generic-json", max_body=1000)
        yield FilesWorld(files, CHANNELS, files.taker())


@pytest.fixture
def root(worlds: Worlds) -> Root:
    """One broker for all commands of a test."""
    return Root(worlds)


def run(root: Root, *words: str, stdin: bytes | None = None) -> Result:
    """Run `bus intake file`."""
    return CliRunner().invoke(app, ["file", *words], obj=root, input=stdin)


def test_an_interchange_is_kept(root: Root) -> None:
    """It says as what, and what is in it."""
    result = run(root, "edi", str(EDI))
    assert result.exit_code == 0, result.output
    assert "kept as 0" in result.output
    assert "1 intake.order_received" in result.output
    raw = Files(root.worlds).kept("edi")[0]
    assert raw.submission.body == EDI.read_bytes()
    assert raw.id in result.output


def test_twice_is_told(root: Root) -> None:
    """And ends well: one that was interrupted is run again. --again takes it."""
    run(root, "edi", str(EDI))
    result = run(root, "edi", str(EDI))
    assert result.exit_code == 0
    assert "a repeat of" in result.output
    assert "taken 20" in result.output
    assert len(Files(root.worlds).kept("edi")) == 1
    assert run(root, "edi", str(EDI), "--again").exit_code == 0
    assert len(Files(root.worlds).kept("edi")) == 2


def test_only_looked_at(root: Root) -> None:
    """--dry-run writes nothing."""
    result = run(root, "edi", str(EDI), "--dry-run")
    assert result.exit_code == 0
    assert "would be kept; 1 intake.order_received" in result.output
    assert Files(root.worlds).kept("edi") == []
    assert root.worlds.records(root.worlds.topology.collected) == []


def test_one_that_fails_keeps_no_other(root: Root, tmp_path: Path) -> None:
    """Each says what came of it; the exit code says that not all were kept."""
    good, large = tmp_path / "good.json", tmp_path / "large.json"
    good.write_bytes(ORDER)
    large.write_bytes(b"x" * 1001)
    missing = str(tmp_path / "none.json")
    result = run(root, "own", missing, str(large), str(good), "--json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [row["outcome"] for row in rows] == ["refused", "refused", "kept"]
    assert rows[0]["why"] == "No such file or directory"
    assert "too large: a file may have 1,000" in rows[1]["why"]
    assert rows[2]["place"].startswith("intake.raw.own/")
    text = run(root, "own", missing, str(good)).output
    assert "2 files: 1 refused, 1 repeat" in text


def test_from_standard_input(root: Root) -> None:
    """With -, and with headers that a webhook would have had."""
    result = run(root, "own", "-", "--header", "X-Kind=order", stdin=ORDER)
    assert result.exit_code == 0, result.output
    raw = Files(root.worlds).kept("own")[0]
    assert raw.submission.headers == {"x-kind": "order"}


def test_what_cannot_be_read_is_kept_and_said(root: Root, tmp_path: Path) -> None:
    """A business matter: it will be parked, as if it had been posted."""
    odd = tmp_path / "odd.edi"
    odd.write_bytes(b"this is no interchange")
    result = run(root, "edi", str(odd))
    assert result.exit_code == 0
    assert "1 without an event; found: 1 unparsable" in result.output
    assert len(Files(root.worlds).kept("edi")) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("gone", "a"), 1, "no source gone; there are: edi, own"),
        (("own", "a", "--header", "odd"), 2, "NAME=VALUE"),
        (("own",), 2, "FILE"),
    ],
)
def test_wrong_usage(root: Root, words: tuple[str, ...], code: int, said: str) -> None:
    """Says what was expected."""
    result = run(root, *words)
    assert result.exit_code == code
    assert said in result.output
