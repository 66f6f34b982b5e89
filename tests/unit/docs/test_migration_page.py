"""The commands of docs/migration.md, each run as it stands there."""

import asyncio
import json
import shlex
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bus.migration.recorded import written
from processors.cli import migrate
from tests.support.documented import shown
from tests.support.old_sender import (
    NEW_SECRET,
    OLD_SECRET,
    both,
    events,
    terms_text,
)
from tests.support.past import Past
from tests.support.worlds import Worlds

PAGE = "docs/migration.md"
NOT_RUN = {"tap": "serves until it is stopped; test_recording.py passes requests on"}
ORDER = (
    *("plan", "status", "import", "read", "compare", "report", "step", "shadow"),
    *("owner", "back", "remove"),
)
SAYS = {
    "owner": "The old sender sends it.",
    "step": "acme",
    "compare": "no difference",
    "report": "no difference",
    "import": "shop",
}


def commands() -> list[list[str]]:
    """Those of the page, each once, in the order in which a reader would run them."""
    found = {one.text: list(one.words) for one in shown() if one.page == PAGE}
    mine = [words[2:] for words in found.values() if words[:2] == ["bus", "migrate"]]
    whole = [words for words in mine if len(words) > 1 and words[0] not in NOT_RUN]
    return sorted(whole, key=lambda words: (ORDER.index(words[0]), "--force" in words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the reader of the page has: recordings, terms, a database, an export."""
    monkeypatch.chdir(tmp_path)
    Path("terms.yaml").write_text(terms_text())
    Path("old.secret").write_text(OLD_SECRET)
    Path("new.secret").write_text(NEW_SECRET)
    for names, sends in zip(
        (("tap", "kept"), ("shadow", "new")), both(events(3)), strict=True
    ):
        lines = b"\n".join(written(one) for one in sends)
        for name in names:
            Path(f"{name}.jsonl").write_bytes(lines + b"\n")
    _database(both(events(3))[0])
    Path("export").mkdir()
    endpoint = {
        "id": "ep_shop",
        "url": "https://shop.example/hook",
        "filterTypes": ["invoice.paid"],
        "description": "shop",
        "version": 1,
        "disabled": False,
        "rateLimit": None,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
        "metadata": {},
    }
    listed = {"data": [endpoint], "done": True, "iterator": None}
    Path("export/endpoints.json").write_text(json.dumps(listed))
    Path("export/ep_shop.secret.json").write_text(json.dumps({"key": NEW_SECRET}))
    Path("types.yaml").write_text("invoice.paid: payment.captured\n")
    return tmp_path


def _database(sends: list) -> None:
    """A log table as the page's statement asks for, of the old sender's requests."""
    with sqlite3.connect("old.db") as base:
        base.execute(
            "CREATE TABLE deliveries (id INTEGER PRIMARY KEY, sent_at, request_headers,"
            " payload, response_code)"
        )
        for one in sends:
            row = (one.at_ms, json.dumps(dict(one.headers)), one.body.decode(), 200)
            base.execute("INSERT INTO deliveries VALUES (NULL, ?, ?, ?, ?)", row)
    base.close()
    Path("db.url").write_text("sqlite:///old.db\n")
    text = Path(__file__).parents[3].joinpath(PAGE).read_text()
    begin = text.index("SELECT id, sent_at")
    Path("deliveries.sql").write_text(text[begin : text.index("\n", begin)])


def test_all_that_is_left_out_says_why() -> None:
    """And what is run has its place in the order."""
    words = {one.words[2] for one in shown() if one.text.startswith("bus migrate ")}
    assert words == set(ORDER) | set(NOT_RUN)


@pytest.mark.usefixtures("folder")
def test_they_run_as_they_stand_there() -> None:
    """From the plan to the end; each does what the page says that it does."""
    worlds = Worlds()

    async def subscribed() -> None:
        async with worlds.open() as world:
            await world.table.ready()
            await Past(world).subscribe("acme")

    async def paused() -> None:
        async with worlds.open() as world:
            await world.table.ready()
            await world.writer.pause("acme", "the old sender sends")

    ran = 0
    for words in commands():
        if words[0] == "back" and "--all" not in words:
            words.append("--all")
        if words[0] == "shadow":  # it is what this makes
            Path("shadow.jsonl").unlink()
        if words[0] == "remove":  # all orders are the old sender's again
            asyncio.run(paused())
        done = CliRunner().invoke(migrate.app, words, obj=worlds.open)
        told = f"{shlex.join(words)}: {done.output}"
        assert done.exit_code == 0, told
        assert SAYS.get(words[0], "") in done.output, told
        if words[0] == "plan":
            asyncio.run(subscribed())
        ran += 1
    assert ran >= len(ORDER)
    assert Path("report.html").read_text().count("<table") > 0
    assert Path("imported/subscriptions.yaml").exists()
