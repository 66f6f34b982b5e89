"""Commands over the HTTP API: nothing but an address and a key is needed."""

import asyncio
import json
from inspect import signature
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from bus.delivery.delivery import Reason
from processors.cli.lazy import command_of
from processors.cli.main import app
from processors.cli.over_api.table import COMMANDS, work_of
from tests.support.gateway import Client, serving
from tests.support.past import Past
from tests.support.streaming import beginning
from tests.support.worlds import Worlds

ADD = ("subscriptions", "add", "acme", "https://acme.example/in", "-t", "order.*")


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


class Shell:
    """Runs `bus` against a gateway, in a thread as it has a loop of its own."""

    def __init__(self, client: Client, by: str = "operator") -> None:
        self._env = {
            "ORDERBUS_URL": client.gateway.url,
            "ORDERBUS_API_KEY": client.keys.tokens[by],
        }

    async def __call__(self, *args: str, code: int = 0) -> Result:
        """Run a command, which ends as expected."""
        run = CliRunner().invoke
        result = await asyncio.to_thread(run, app, args, env=self._env)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        assert self._env["ORDERBUS_API_KEY"] not in result.output
        return result

    async def json(self, *args: str) -> object:
        """Run it with --json."""
        document: object = json.loads((await self(*args, "--json")).stdout)
        return document


@pytest.mark.parametrize("name", COMMANDS)
def test_each_is_a_command(name: str) -> None:
    """Of that name, and works on what it is given alone."""
    group, *inner = name.split(" ")
    found = command_of("processors.cli", group)
    for word in inner:
        found = getattr(found, "commands", {})[word]
    work = work_of(name)
    assert work is not None
    assert list(signature(work).parameters) == ["api", "given"]


async def test_subscriptions(worlds: Worlds) -> None:
    """Added, listed, shown, changed, paused, rotated, removed."""
    async with serving(worlds) as client:
        bus = Shell(client)
        added = await bus(*ADD, "-H", "X-Token: hush", "--no-verify")
        assert "Signing secret, shown only now: whsec_" in added.stdout
        assert "acme" in (await bus("subscriptions", "list")).stdout
        assert "timeout" in (await bus("subscriptions", "show", "acme")).stdout
        await bus("subscriptions", "update", "acme", "--rate", "5", "--timeout", "3s")
        shown = await bus.json("subscriptions", "show", "acme")
        assert isinstance(shown, dict)
        assert (shown["rate"], shown["timeout"]) == (5.0, "3s")
        assert shown["tls"]["verify"] is False
        assert "hush" not in str(shown)
        paused = await bus("subscriptions", "pause", "acme", "--reason", "release")
        assert "acme: paused" in paused.stdout
        await bus("subscriptions", "resume", "acme")
        rotated = await bus.json("subscriptions", "rotate-secret", "acme")
        assert isinstance(rotated, dict)
        assert rotated["secret"].startswith("whsec_")
        assert "1 resealed" in (await bus("subscriptions", "reseal")).stdout
        await bus("subscriptions", "update", "acme", "--rate", "0")
        removed = await bus("subscriptions", "remove", "acme", "--yes")
        assert "acme: removed" in removed.stdout
        assert (
            "There are no subscriptions" in (await bus("subscriptions", "list")).stdout
        )


async def test_a_link_to_the_portal(worlds: Worlds) -> None:
    """Below the gateway that was asked; a partner makes its own."""
    async with serving(worlds) as client:
        made = await Shell(client).json("portal", "link", "acme", "--role", "reader")
        assert isinstance(made, dict)
        assert made["url"].startswith(f"{client.gateway.url}/ui/link#obl_reader_")
        own = Shell(client, "partner")
        assert (
            f"{client.gateway.url}/ui/link#obl_"
            in (await own("portal", "link", "acme")).stdout
        )
        denied = await own("portal", "link", "other", code=2)
        assert "expected acme, or nothing" in denied.stderr


async def test_what_is_refused_says_what_is_wrong(worlds: Worlds) -> None:
    """On stderr, with the exit codes of the command."""
    async with serving(worlds) as client:
        bus = Shell(client)
        missing = await bus("subscriptions", "show", "nobody", code=1)
        assert "404 There is no such thing" in missing.stderr
        wrong = await bus("subscriptions", "add", "acme", "ftp://x", "-t", "*", code=2)
        assert "#/url" in wrong.stderr
        denied = await Shell(client, "reader")(*ADD, code=1)
        assert "403" in denied.stderr


async def test_what_happened(worlds: Worlds) -> None:
    """Dead letters, timelines, acks and the status, where there is nothing yet."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await bus(*ADD)
        assert "no such dead letters" in (await bus("dlq", "list")).stdout
        assert "nothing is pending" in (await bus("dlq", "replay", "acme")).stdout
        assert "Nothing is known" in (await bus("trace", "SO-1", code=1)).stderr
        event = "5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11"
        assert "no dead letter" in (await bus("dlq", "show", event, code=1)).stderr
        acked = await bus.json("acks", "add", "acme", event)
        assert acked == {"subscription": "acme", "acked": [event]}
        assert "acme" in (await bus("subscriptions", "list")).stdout


async def test_dead_letters_are_shown_and_sent_again(worlds: Worlds) -> None:
    """Those that are meant; the plan first, then the job, to its end."""
    async with serving(worlds) as client:
        past, bus = Past(client.api.world), Shell(client)
        await client.api.world.table.ready()
        await past.subscribe(owner="acme")
        life = await past.order()
        for (event, record), reason in zip(
            life, (Reason.EXHAUSTED, Reason.REFUSED), strict=False
        ):
            await past.die("acme", event, record, reason=reason)
        first = life[0][0].webhook_id
        rows = await bus.json("dlq", "list", "acme", "--reason", "exhausted")
        assert [row["event_id"] for row in cast("list[dict[str, str]]", rows)] == [
            first
        ]
        assert first in (await bus("dlq", "show", first)).stdout
        assert "produced" in (await bus("trace", first)).stdout
        dry = await bus("dlq", "replay", "acme", "--dry-run", "--force")
        assert "acme: would replay 2 to bus.retry.acme.1s" in dry.stdout
        replay = asyncio.create_task(bus("dlq", "replay", "acme", "--force"))
        while not replay.done():
            await worlds.clock.advance(1)
        assert "acme: replayed 2 to bus.retry.acme.1s" in (await replay).stdout


async def test_what_cannot_go_this_way_says_what_to_do(worlds: Worlds) -> None:
    """Instead of looking for a Kafka that is not there."""
    async with serving(worlds) as client:
        bus = Shell(client)
        for command in (("topics", "list"), ("topics", "plan")):
            said = await bus(*command, code=2)
            assert "does not go through the API (ORDERBUS_URL)" in said.stderr
            assert "--bootstrap-servers" in said.stderr


async def test_what_comes(worlds: Worlds) -> None:
    """Heard from an id on, as the same command shows it without an API."""
    async with serving(worlds) as client:
        bus = Shell(client)
        async with worlds.open() as world:
            await world.table.ready()
            past = Past(world)
            await past.subscribe()
            (event, at), *_ = await past.order()
            await past.attempt("acme", event, "failed", "retry:1s", record=at)
        since = ("--last-id", beginning(worlds))
        lines = (await bus("tail", "attempts", *since, "--count", "1")).stdout
        assert f"acme {event.type} {event.subject} #1 failed" in lines
        heard = await bus("tail", "events", *since, "--count", "2", "--json")
        first, second = [json.loads(line) for line in heard.stdout.splitlines()]
        assert {first["kind"], second["kind"]} == {"event"}
        again = await bus(
            *("tail", "events", "--last-id", first["id"], "--count", "1", "--json")
        )
        assert json.loads(again.stdout) == second
        refused = await bus("tail", "--last-id", "nonsense", code=2)
        assert "Last-Event-ID" in refused.stderr
