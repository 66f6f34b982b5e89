"""`bus keys` and `bus audit` from the outside."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import typer
from typer.testing import CliRunner, Result

from bus.record import Message
from processors.access.world import KeysWorld
from processors.cli import audit, keys, portal
from processors.subscriptions.world import World
from tests.support.access import TOPIC, open_access
from tests.support.subscriptions import make
from tests.support.worlds import Worlds


class Opener:
    """What the root command gives, over one broker in memory."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self._seed = 0

    @asynccontextmanager
    async def keys(self) -> AsyncIterator[KeysWorld]:
        """What the key commands work with."""
        self._seed += 1
        self.worlds.broker.up()  # forgets the event loop of the command before
        async with open_access(self.worlds, self._seed) as access:
            yield access.world

    def __call__(self) -> AbstractAsyncContextManager[World]:
        """The world of all other commands."""
        return self.worlds.open()

    def bus(self, app: typer.Typer, *args: str) -> Result:
        """Run a command; it must not fail in any way but on purpose."""
        result = CliRunner().invoke(app, args, obj=self)
        if result.exception is not None and not isinstance(
            result.exception, SystemExit
        ):
            raise result.exception
        return result


@pytest.fixture
def opener(worlds: Worlds) -> Opener:
    """The root command."""
    return Opener(worlds)


def created(opener: Opener, *args: str) -> dict[str, str]:
    """Make a key; return its id and token."""
    result = opener.bus(keys.app, "create", *args, "--json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    return {"id": made["key"]["id"], "token": made["token"]}


def test_a_token_is_shown_once(opener: Opener, worlds: Worlds) -> None:
    """On creation; then neither list, audit nor topic has it."""
    result = opener.bus(
        keys.app, "create", "--role", "partner", "--tenant", "acme", "--expires", "90d"
    )
    assert result.exit_code == 0
    assert "partner key" in result.stdout
    token = result.stdout.split("Token, shown only now: ")[1].split()[0]
    listed = opener.bus(keys.app, "list").stdout
    assert "partner" in listed
    assert "acme" in listed
    told = opener.bus(audit.app, "--json").stdout
    assert "cli:ada" in told
    for text in (listed, told, str(worlds.records(TOPIC))):
        assert token not in text
        assert token[-49:] not in text


def test_a_key_is_rotated_and_revoked(opener: Opener) -> None:
    """Each with its word; the list says what state it is in."""
    key = created(opener, "--role", "operator")
    rotated = opener.bus(keys.app, "rotate", key["id"], "--overlap", "2h")
    assert "the old token counts for 2h" in rotated.stdout
    assert key["token"] not in rotated.stdout
    assert opener.bus(keys.app, "revoke", key["id"], "--yes").exit_code == 0
    again = opener.bus(keys.app, "revoke", key["id"], "--yes", "--json")
    assert json.loads(again.stdout)["state"] == "revoked"
    (row,) = json.loads(opener.bus(keys.app, "list", "--json").stdout)
    assert (row["state"], row["created_by"]) == ("revoked", "cli:ada")
    actions = json.loads(opener.bus(audit.app, "--entity", "key", "--json").stdout)
    assert [one["action"] for one in actions] == ["create", "rotate", "revoke"]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("create", "--role", "partner"), "a key of role partner needs one"),
        (("create", "--role", "operator", "--tenant", "acme"), "has none"),
        (("create", "--role", "reader", "--expires", "soon"), "--expires: 'soon'"),
        (("create", "--role", "reader", "--expires", "0s"), "a time to come"),
        (("rotate", "nobody", "--overlap", "long"), "'long'"),
    ],
)
def test_what_is_refused(opener: Opener, args: tuple[str, ...], why: str) -> None:
    """With exit code 2, and in words."""
    result = opener.bus(keys.app, *args)
    assert result.exit_code == 2
    assert why in result.output


def test_what_is_not_there(opener: Opener, worlds: Worlds) -> None:
    """Is said; with exit code 1 where one was named."""
    assert "There are no keys" in opener.bus(keys.app, "list").stdout
    assert opener.bus(keys.app, "revoke", "nobody", "--yes").exit_code == 1
    assert "Nothing was changed" in opener.bus(audit.app).stdout
    worlds.broker.append(Message(TOPIC, b"dark", b"{"))
    assert "dark cannot be read" in opener.bus(keys.app, "list").output


def test_a_revocation_is_asked_for(opener: Opener) -> None:
    """Where nobody can be asked, --yes is."""
    key = created(opener, "--role", "operator", "--description", "Ada")
    result = opener.bus(keys.app, "revoke", key["id"])
    assert result.exit_code == 2
    assert f"Revoke operator key {key['id']} (Ada)?" in result.output


async def test_the_audit_is_narrowed(opener: Opener, worlds: Worlds) -> None:
    """By id, kind, actor, tenant, time and number; the oldest first."""
    async with worlds.open() as world:
        await world.writer.add(make(owner="acme"))
        await worlds.clock.advance(3600)
        await world.by("k2", "10.0.0.7").writer.pause("acme", "their weekend")
        await world.writer.add(make("other"))
    worlds.broker.append(Message(worlds.topology.audit, b"acme", b"{"))
    shown = await _audit(opener)
    assert shown.index("add subscription acme  by cli:ada from desk-7") < shown.index(
        "pause subscription acme  by k2 from 10.0.0.7"
    )
    assert "state: active → paused" in shown
    assert "    owner: acme\n" in shown
    assert "filter" not in shown
    for args, count in (
        (("acme",), 2),
        (("--actor", "k2"), 1),
        (("--tenant", ""), 1),
        (("--entity", "key"), 0),
        (("--since", "30m"), 2),
        (("--limit", "1"), 1),
    ):
        assert len(json.loads(await _audit(opener, *args, "--json"))) == count, args
    assert "2 older ones are not shown" in await _audit(opener, "--limit", "1")


async def _audit(opener: Opener, *args: str) -> str:
    result = await asyncio.to_thread(opener.bus, audit.app, *args)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_link_to_the_portal_is_shown_once(opener: Opener) -> None:
    """Whole, for a browser; the list has it as what it is, and never its token."""
    place = ("--gateway", "https://bus.example/")
    done = opener.bus(portal.app, "link", "acme", "--for", "2m", *place, "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert made["url"] == f"https://bus.example{made['path']}"
    listed = opener.bus(keys.app, "list", "--json").stdout
    assert json.loads(listed)[0]["link"] == "open"
    assert made["path"][-49:] not in listed
    for wrong in ("2d", "soon"):
        refused = opener.bus(portal.app, "link", "acme", "--for", wrong, *place)
        assert refused.exit_code == 2
