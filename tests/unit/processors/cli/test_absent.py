"""What is named and is not there ends every command with 1, never as refused input.

But for one whose 1 is an answer.
"""

import asyncio
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from processors.cli.main import app
from processors.cli.over_api.table import COMMANDS as OVER_API
from tests.support.gateway import serving
from tests.support.old_sender import terms_text
from tests.support.root import HeldRoot
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_help import COMMANDS, below

UUID = "5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11"
ABSENT = {
    "acks add": f"ghost {UUID}",
    "alerts test": "ghost",
    "alerts unsilence": "s0123456789",
    "channels check": "ghost",
    "channels coverage": "ghost",
    "channels table": "ghost",
    "channels test": "ghost",
    "diagnose": "ghost",
    "dlq discard": "ghost --yes",
    "dlq list": "ghost",
    "dlq replay": "ghost",
    "dlq show": UUID,
    "events example": "ghost.seen",
    "events send": "ghost.seen",
    "events show": "oms.order/0/99",
    "forecast": "ghost",
    "intake acknowledge": UUID,
    "intake file": "ghost {file}",
    "intake parked assign": "ghost --to me",
    "intake parked edit": "ghost --file {file}",
    "intake parked fix": "f1-7a91298b1334 --mapping {file} --yes",
    "intake parked reject": "ghost --why spam --yes",
    "intake parked release": "ghost --yes",
    "intake parked show": "ghost",
    "intake parked snooze": "ghost --for 1h",
    "intake parked split": "f1-7a91298b1334 --by value",
    "intake replay": "ghost --yes",
    "intake show": UUID,
    "jobs cancel": UUID,
    "jobs show": UUID,
    "keys revoke": "0123456789ab --yes",
    "keys rotate": "0123456789ab",
    "lookups remove": "ghost MUG-1",
    "lookups show": "ghost",
    "migrate back": "ghost",
    "migrate owner": "ghost SO-1",
    "migrate remove": "ghost",
    "migrate report": "ghost {terms} --old {old} --new {new}",
    "migrate shadow": "ghost --out {new}.2",
    "migrate status": "ghost",
    "migrate step": "ghost",
    "objectives": "ghost",
    "outbox discard": "99 --yes",
    "outbox retry": "99",
    "quarantine discard": "oms.order/0/99 --yes",
    "quarantine replay": "oms.order/0/99 --yes",
    "quarantine show": "oms.order/0/99",
    "replay": "ghost --from 1h --yes",
    "rules apply": "--proposal ghost",
    "schemas diff": "ghost.seen",
    "schemas show": "ghost.seen",
    "sources health": "ghost",
    "sources pause": "ghost",
    "sources remove": "ghost --yes",
    "sources request": f"ghost {UUID}",
    "sources resume": "ghost",
    "sources rotate-secret": "ghost",
    "sources show": "ghost",
    "sources update": "ghost --title x",
    "subscriptions pause": "ghost",
    "subscriptions remove": "ghost --yes",
    "subscriptions resume": "ghost",
    "subscriptions rotate-secret": "ghost",
    "subscriptions show": "ghost",
    "subscriptions test": "ghost",
    "subscriptions update": "ghost --rate 5",
    "subscriptions verify": "ghost",
    "trace": "SO-99",
}
"""A command, and words that name what is not there."""
ENDS_WITH = {"migrate owner": 3}
"""Whose exit code 1 says that the bus sends: an old sender would leave the order."""
NAMES_NOTHING = {
    "audit": "a list of what was changed, of things that are gone, too",
    "channels diff": "two folders",
    "channels new": "a name to be taken, and files",
    "config": "words that settings are looked for by",
    "events list": "a list, narrowed by an id as by other options",
    "events search": "a text to look for",
    "listen replay": "a folder",
    "lookups load": "a table that need not be there yet",
    "lookups set": "a table that need not be there yet",
    "migrate compare": "files",
    "migrate import": "a folder",
    "migrate plan": "a migration that need not be there yet",
    "migrate read": "a file",
    "migrate tap": "a URL",
    "portal link": "a tenant, which is there as soon as something is its",
    "quarantine list": "a list, narrowed by places as by other options",
    "registry user": "a name to be made",
    "rules backtest": "a file",
    "rules check": "a file",
    "run": "one of the roles",
    "schemas check": "a folder",
    "schemas list": "a folder",
    "schemas register": "a folder",
    "sources add": "an id to be taken",
    "subscriptions add": "an id to be taken",
    "tail": "one of two words",
}
BY_THE_GATEWAY = {"jobs cancel", "jobs show"}
BY_ITS_DATABASE = {"outbox discard", "outbox retry"}
ON_KAFKA = sorted(ABSENT.keys() - BY_THE_GATEWAY - BY_ITS_DATABASE)


def test_every_command_that_takes_something_is_walked() -> None:
    """Whoever adds one says here what it does where that is not there."""
    takes = {
        " ".join(path)
        for path in COMMANDS
        if any(
            one.param_type_name == "argument"
            for one in getattr(below(path)[0], "params", ())
        )
    }
    assert takes == ABSENT.keys() | NAMES_NOTHING.keys()


@pytest.fixture
def words(tmp_path: Path) -> dict[str, list[str]]:
    """What to type, by command; the files that it names are there."""
    texts = {"file": '{"a": 1}', "terms": terms_text(), "old": "", "new": ""}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = {name: tmp_path / name for name in texts}
    return {
        name: shlex.split(f"{name} {typed.format(**files)}")
        for name, typed in ABSENT.items()
    }


def told(done: Result) -> tuple[object, int, bool]:
    """What went wrong, the exit code, and whether anything was said."""
    wrong = None if isinstance(done.exception, SystemExit) else done.exception
    return wrong, done.exit_code, bool(done.output.strip())


@pytest.mark.parametrize("name", ON_KAFKA)
def test_on_kafka(
    name: str,
    worlds: Worlds,
    words: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says so, and ends with 1, or with a code of its own."""
    held = HeldRoot({"data_dir": tmp_path}, worlds)
    monkeypatch.setattr(import_module("processors.cli.main"), "Root", lambda _: held)
    done = CliRunner().invoke(app, words[name])
    assert told(done) == (None, ENDS_WITH.get(name, 1), True), done.output


async def test_over_the_api(
    worlds: Worlds, words: dict[str, list[str]], tmp_path: Path
) -> None:
    """The same of all that go through it."""
    found = {}
    async with serving(worlds) as client:
        env = {
            "ORDERBUS_URL": client.gateway.url,
            "ORDERBUS_API_KEY": client.keys.tokens["operator"],
            "ORDERBUS_DATA_DIR": str(tmp_path),
        }
        for name in sorted(ABSENT.keys() & OVER_API.keys()):
            run = CliRunner().invoke
            done = await asyncio.to_thread(run, app, words[name], env=env)
            if told(done) != (None, ENDS_WITH.get(name, 1), True):
                found[name] = (done.exception, done.output)
    assert found == {}
