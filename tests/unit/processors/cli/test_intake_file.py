"""`bus intake file`: what it says of each file, and how it ends."""

import json
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.intake.sources import LARGEST_BODY, WHAT_AN_ID_IS
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
    result = run(root, "own", str(large), str(good), "--json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [row["outcome"] for row in rows] == ["refused", "kept"]
    assert "too large: a file may have 1,000" in rows[0]["why"]
    assert rows[1]["place"].startswith("intake.raw.own/")
    text = run(root, "own", str(large), str(good)).output
    assert "2 files: 1 refused, 1 repeat" in text


def test_one_that_nobody_can_take_keeps_all(root: Root, tmp_path: Path) -> None:
    """All that is wrong is said before Kafka is asked, and nothing is taken."""
    good, blank, folder = tmp_path / "good.json", tmp_path / "blank", tmp_path
    packed, large = tmp_path / "odd.edi.gz", tmp_path / "large"
    good.write_bytes(ORDER)
    blank.write_bytes(b" \n")
    packed.write_bytes(b"no gzip")
    large.write_bytes(b"x" * (LARGEST_BODY + 1))
    missing = tmp_path / "none.json"
    files = [str(file) for file in (good, missing, blank, folder, packed, large)]
    result = run(root, "Own", *files, "-", "-", "--header", "odd", stdin=b"{}")
    assert result.exit_code == 2
    assert [line.strip() for line in result.stderr.splitlines()[1:]] == [
        f"SOURCE: {WHAT_AN_ID_IS}, got 'Own'",
        "--header: expected NAME=VALUE, got 'odd'",
        "-: standard input can be read once, got it twice",
        f"{missing}: No such file or directory",
        f"{blank}: empty: there is nothing in it",
        f"{folder}: Is a directory",
        f"{packed}: not packed by gzip, or damaged",
        f"{large}: too large: a file may have 15,728,640; send it in parts",
    ]
    assert Files(root.worlds).kept("own") == []


def test_what_can_be_read_once_is_read_once(root: Root, tmp_path: Path) -> None:
    """A pipe by name, as shells make one of <(...), judged and then taken."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[ORDER])
    writer.start()
    result = run(root, "own", str(pipe))
    writer.join()
    assert result.exit_code == 0, result.output
    assert Files(root.worlds).kept("own")[0].submission.body == ORDER


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
        (("gone", str(EDI)), 1, "no source gone; there are: edi, own"),
        (("own",), 2, "FILE"),
    ],
)
def test_wrong_usage(root: Root, words: tuple[str, ...], code: int, said: str) -> None:
    """Says what was expected."""
    result = run(root, *words)
    assert result.exit_code == code
    assert said in result.output
