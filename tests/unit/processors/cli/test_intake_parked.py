"""`bus intake parked` from the outside."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from processors.cli import intake
from processors.cli.intake_parked_fix import Fix
from processors.parked.trying import Tried
from processors.parked.world import ParkedWorld
from tests.support.parked import HeldTries, found, item, park, triage
from tests.support.worlds import Worlds

ONE = item(1)
SKU = "f1-7a91298b1334"


class Opener:
    """What the root command gives, over one broker in memory."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self.tries = HeldTries()
        self.parked_first = [ONE, item(2), item(3, findings=(found(rule="dear"),))]

    @asynccontextmanager
    async def parked(self) -> AsyncIterator[ParkedWorld]:
        """What the commands of parked orders work with."""
        self.worlds.broker.up()  # forgets the event loop of the command before
        async with triage(self.worlds) as desk:
            first, self.parked_first = self.parked_first, []
            await park(desk.world, *first)
            tried = desk.tries
            assert isinstance(tried, HeldTries)
            tried.tried = self.tries.tried
            yield desk.world

    def bus(self, *args: str, code: int = 0) -> Result:
        """Run a command; it ends with this code."""
        result = CliRunner().invoke(intake.app, ["parked", *args], obj=self)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *args: str, code: int = 0) -> object:
        """What a command prints as JSON."""
        return json.loads(self.bus(*args, "--json", code=code).stdout)


@pytest.fixture
def opener(worlds: Worlds) -> Opener:
    """The root command; three orders of two causes are parked."""
    return Opener(worlds)


def test_groups(opener: Opener) -> None:
    """Ranked, with the terms; a line each."""
    told = opener.json("groups")
    assert isinstance(told, dict)
    assert [one["rule"] for one in told["groups"]] == ["sku-known", "dear"]
    assert told["terms"]["items"] == 3
    lines = opener.bus("groups").stdout.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith(SKU)


def test_list_and_show(opener: Opener) -> None:
    """By what is given; all of one, also for people; none is exit code 1."""
    rows = opener.json("list", "--group", SKU)
    assert isinstance(rows, list)
    assert {row["item"] for row in rows} == {ONE.id, item(2).id}
    assert opener.json("list", "--order", "#1003", "--state", "all") != []
    opener.bus("list", "--state", "dreaming", code=2)
    assert "There are no such" in opener.bus("list", "--account", "x").stdout
    assert "#1001" in opener.bus("list").stdout
    shown = opener.bus("show", ONE.id).stdout
    assert "sku-known at lines[2].identifiers[0].value: AB-1" in shown
    assert opener.json("show", item(9).id, code=1) is None


def test_edit_then_release(opener: Opener, tmp_path: Path) -> None:
    """A file with the data; what the rules still hold is exit code 1."""
    file = tmp_path / "order.json"
    file.write_text(json.dumps({"order_id": "x", "note": "mended"}))
    opener.tries.tried[ONE.id] = Tried(passes=False, findings=(found(),), why="sku")
    dry = opener.json("edit", ONE.id, "--file", str(file), "--dry-run", code=1)
    assert isinstance(dry, dict)
    assert (dry["dry_run"], dry["passes"]) == (True, False)
    del opener.tries.tried[ONE.id]
    assert "edited" in opener.bus("edit", ONE.id, "--file", str(file)).stdout
    file.write_text("[]")
    opener.bus("edit", ONE.id, "--file", str(file), code=2)
    done = opener.json("release", ONE.id, "--yes")
    assert done == {"dry_run": False, "meant": 1, "done": 1, "failed": {}}
    shown = opener.json("show", ONE.id)
    assert isinstance(shown, dict)
    assert (shown["state"], shown["edited"]) == ("released", True)
    assert "payload" in opener.bus("show", ONE.id).stdout


def test_decisions(opener: Opener) -> None:
    """Of items and of a group; a rejection says why; nothing named is refused."""
    opener.bus("release", code=2)
    opener.bus("release", ONE.id, "--group", SKU, code=2)
    opener.bus("reject", ONE.id, code=2)
    assert opener.json("assign", "--group", SKU, "--to", "kim") == {
        "dry_run": False,
        "meant": 2,
        "done": 2,
        "failed": {},
    }
    opener.bus("snooze", ONE.id, "--for", "soon", code=2)
    opener.bus("snooze", ONE.id, "--for", "2h")
    rows = opener.json("list", "--state", "snoozed")
    assert isinstance(rows, list)
    assert [row["assignee"] for row in rows] == ["kim"]
    dry = opener.bus("reject", ONE.id, "--why", "x", "--dry-run").stdout
    assert dry == "would reject 1\n"
    opener.bus("reject", ONE.id, "--why", "a test order", "--yes")
    failed = opener.json("snooze", ONE.id, "--for", "2h", code=1)
    assert isinstance(failed, dict)
    assert "is rejected" in failed["failed"][ONE.id]
    opener.bus("release", item(9).id, "--yes", code=1)


def test_split_and_fix(opener: Opener, tmp_path: Path) -> None:
    """A try with another mapping releases nothing; a fix what passes."""
    assert SKU in opener.bus("split", SKU, "--by", "account").stdout
    refused = opener.bus("split", SKU, "--by", "acount", code=2).stderr
    assert "did you mean account?" in refused
    opener.bus("split", SKU, "--by", "")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("intake.order_received: {}")
    tried = opener.bus("fix", SKU, "--mapping", str(mapping)).stdout
    assert "Only tried" in tried
    opener.tries.tried[ONE.id] = Tried(passes=False, why="no price")
    done = opener.json("fix", SKU, "--why", "price list", "--yes", code=1)
    assert isinstance(done, dict)
    assert (done["tried"], done["passing"], done["done"]) == (2, 1, 1)
    assert "1 do not: no price" in opener.bus("fix", SKU, "--dry-run", code=1).stdout
    opener.bus("fix", "f1-000000000000", code=1)


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["release", "x", SKU, ONE.id, "#1002"], 1, "no parked item x; bus intake"),
        (["release", "x", SKU, ONE.id, "#1002"], 1, f"a group: --group {SKU}"),
        (
            ["release", "x", SKU, "#1002"],
            1,
            f"an order, which is parked as {item(2).id}",
        ),
        (["assign", "#1001", "--to", "kim"], 1, f"which is parked as {ONE.id}"),
        (["show", "#1001"], 1, f"which is parked as {ONE.id}"),
        (["list", "--group", f"{SKU[:-1]}5"], 1, f"did you mean {SKU}?"),
        (["fix", ONE.id], 1, f"that is an item, of the group {SKU}"),
        (["split", "f2", "--by", "account"], 1, "no group f2; there are: f1-"),
        (["list", "--source", "acme-shp"], 0, "did you mean acme-shop?"),
        (["list", "--order", "#1004"], 0, "did you mean #100"),
        (["list", "--assignee", "kim"], 0, "assignee 'kim'; there are none"),
        (["list", "--state", "snozed"], 2, "did you mean snoozed?"),
    ],
)
def test_what_was_meant_is_said(
    opener: Opener, words: list[str], code: int, why: str
) -> None:
    """Of each name that stands for nothing; and nothing is decided then."""
    opener.bus("groups")
    told = " ".join(opener.bus(*words, code=code).stderr.split())
    assert why in told
    rows = opener.json("list")
    assert isinstance(rows, list)
    assert len(rows) == 3


def test_a_faulty_file_is_called_as_it_was_given() -> None:
    """Not as what it stands for."""
    how = Fix(Path("new.yaml"), None, "", dry_run=True, yes=False, as_json=False)
    told = how.named("mapping.yaml:2: yaml: x\nchannel.yaml:1: shape: y")
    assert told == "new.yaml:2: yaml: x\nchannel.yaml:1: shape: y"


def test_an_item_named_twice_is_one(opener: Opener) -> None:
    """It is decided about once."""
    done = opener.json("release", ONE.id, ONE.id, "--yes")
    assert done == {"dry_run": False, "meant": 1, "done": 1, "failed": {}}


def test_expire(opener: Opener) -> None:
    """By the policy, said before it is done."""
    opener.bus("groups")
    assert opener.bus("expire").stdout == "Nothing waits there.\n"
    opener.worlds.clock._now += 22 * 86_400  # noqa: SLF001 - no loop runs
    assert opener.bus("expire", "--dry-run").stdout == "would expire 3\n"
    assert opener.bus("expire", "--yes").stdout == "expire: 3 of 3\n"
