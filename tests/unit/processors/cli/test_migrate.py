"""`bus migrate` on files, as a user types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bus.migration.recorded import written
from processors.cli.main import app
from tests.support.old_sender import (
    NEW_SECRET,
    OLD_SECRET,
    both,
    events,
    terms_text,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Terms, secrets and recordings of both sides."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "terms.yaml").write_text(terms_text())
    (tmp_path / "old.secret").write_text(f"{OLD_SECRET}\n")
    (tmp_path / "new.secret").write_text(f"{NEW_SECRET}\n")
    for name, sends in zip(("old", "new"), both(events(3)), strict=True):
        lines = b"\n".join(written(one) for one in sends)
        (tmp_path / f"{name}.jsonl").write_bytes(lines)
    return tmp_path


def compare(*options: str) -> tuple[int, str]:
    """Run it; its exit code and what it printed."""
    words = ["migrate", "compare", "terms.yaml", "--old", "old.jsonl", *options]
    found = CliRunner().invoke(app, words)
    return found.exit_code, found.output


@pytest.mark.usefixtures("folder")
def test_no_difference_ends_with_0() -> None:
    """All pairs are told by type, and the page stands where it was asked for."""
    code, output = compare("--new", "new.jsonl", "--html", "out.html")
    assert code == 0, output
    assert "order.created" in output
    assert "no difference" in output
    page = Path("out.html").read_text()
    assert "<h1>Comparison of two senders: no difference" in page
    assert "Last rehearsed" not in page


def test_differences_end_with_1_and_are_escaped(folder: Path) -> None:
    """What a partner's data says is text, on the page and on the terminal."""
    text = (folder / "new.jsonl").read_text()
    evil = "<script>alert(1)</script>\\\\u001b[2J"
    (folder / "new.jsonl").write_text(text.replace("svc-oms", evil))
    code, output = compare("--new", "new.jsonl", "--html", "out.html")
    assert code == 1
    assert "metadata.user_id" in output
    assert "\x1b[2J" not in output
    page = (folder / "out.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "The worst, side by side" in page


def test_a_screen_has_the_gravest_and_says_how_many_more_there_are(
    folder: Path,
) -> None:
    """Forty fields that are new, another value in each of two repeats: no flood."""
    (first, *lines) = (folder / "new.jsonl").read_text().splitlines()
    repeats = []
    for number in range(2):
        one = json.loads(first)
        fields = {f"added_{at:02}": number for at in range(40)}
        one["body"] = json.dumps(json.loads(one["body"]) | fields)
        repeats.append(json.dumps(one))
    (folder / "new.jsonl").write_text("\n".join([*repeats, *lines]))
    code, output = compare("--new", "new.jsonl", "--html", "out.html")
    assert code == 1
    assert "more differences: --html and --json have all" in output
    assert "… and 35 more fields that may be noise" in output
    assert output.count("perhaps noise") == 5
    assert "added_39" not in output
    assert "added_39" in (folder / "out.html").read_text()


def test_json_and_csv(folder: Path) -> None:
    """The whole report for scripts; a log table as CSV."""
    lines = (folder / "new.jsonl").read_text().splitlines()
    rows = ["at,headers,body,status"]
    for line in lines:
        one = json.loads(line)
        cells = (one["at"], json.dumps(one["headers"]), one["body"], "200")
        rows.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    (folder / "log.csv").write_text("\n".join(rows))
    code, output = compare("--new", "log.csv", "--json")
    assert code == 0, output
    document = json.loads(output)
    assert document["new"]["requests"] == len(lines)
    assert document["differences"] == []


def test_lines_that_cannot_be_read_are_told(folder: Path) -> None:
    """They are not compared, and that is no proof."""
    with (folder / "new.jsonl").open("a") as file:
        file.write("\nnonsense\n")
    code, output = compare("--new", "new.jsonl")
    assert code == 1
    assert "not read: new.jsonl:" in output


@pytest.mark.parametrize(
    ("missing", "said"),
    [("terms.yaml", "cannot read terms.yaml"), ("old.secret", "old.secret")],
)
def test_what_is_missing_is_named(folder: Path, missing: str, said: str) -> None:
    """Wrong usage, with the file."""
    (folder / missing).unlink()
    code, output = compare("--new", "new.jsonl")
    assert code == 2
    assert said in output
