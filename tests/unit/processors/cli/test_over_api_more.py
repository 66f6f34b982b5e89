"""More commands over the HTTP API: what they say is what they say on Kafka."""

import asyncio
import json
import stat
from pathlib import Path
from typing import cast

import pytest
from typer.testing import Result

from bus.delivery.delivery import Reason
from bus.delivery.subscription import State
from bus.ports import Answer
from bus.record import Message
from tests.contract.log.rows import change, write
from tests.support.gateway import Client, serving
from tests.support.past import Past
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import ADD, Shell

OWN = "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo"
Rows = list[dict[str, object]]


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


async def worked(worlds: Worlds, bus: Shell, *args: str, code: int = 0) -> Result:
    """Run a command that waits for a job, on a clock that goes on meanwhile."""
    running = asyncio.create_task(bus(*args, code=code))
    while not running.done():
        await worlds.clock.advance(1)
    return await running


async def test_a_test_event(worlds: Worlds) -> None:
    """What came of it, and what was sent; 1 if it was not accepted."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await bus(*ADD)
        told = await bus("subscriptions", "test", "acme", "--type", "order.created")
        assert "accepted  200" in told.stdout
        assert "sent:   order.created" in told.stdout
        assert "webhook-signature" in told.stdout
        worlds.sender.reply = Answer(500, excerpt="oops")
        failed = await bus("subscriptions", "test", "acme", code=1)
        assert "answer: oops" in failed.stdout
        wrong = await bus("subscriptions", "test", "acme", "-t", "order.none", code=2)
        assert "order.none" in wrong.stderr


async def test_an_endpoint_is_asked(worlds: Worlds) -> None:
    """Whether it wants events, and how it said so."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await bus(*ADD, "--trust")
        said = await bus("subscriptions", "verify", "acme")
        assert "acme: its endpoint wants events: trusted by an operator" in said.stdout
        told = cast(
            "dict[str, object]", await bus.json("subscriptions", "verify", "acme")
        )
        assert (told["wanted"], told["how"]) == (True, "trusted by an operator")
        denied = await Shell(client, "partner")(*ADD, "--trust", code=1)
        assert "403" in denied.stderr


async def test_one_that_starts_paused(worlds: Worlds, tmp_path: Path) -> None:
    """A document says so over the API, too; a secret of its own is not printed."""
    (tmp_path / "own").write_text(OWN)
    declared = tmp_path / "subscriptions.yaml"
    declared.write_text(
        "- {id: acme, url: 'https://a.example/x', types: '*', starts: paused,"
        " secret_file: own}\n"
    )
    async with serving(worlds) as client:
        wet = await Shell(client)("subscriptions", "apply", "-f", str(declared))
        assert "acme: created" in wet.stdout
        assert "whsec_" not in wet.output
        found = client.api.world.table.get("acme")
        assert found
        assert (found.state, found.secrets[0].value) == (State.PAUSED, OWN)


async def test_a_document_is_applied(worlds: Worlds, tmp_path: Path) -> None:
    """Files beside it are read here; the difference first, then its steps."""
    (tmp_path / "token").write_text("hush\n")
    declared = tmp_path / "subscriptions.yaml"
    one = "- {id: acme, url: 'https://a.example/x', types: 'order.*', timeout: 3"
    declared.write_text(f"{one}, headers: {{X-Token: {{file: token}}}}}}\n")
    async with serving(worlds) as client:
        bus, name = Shell(client), str(declared)
        dry = await bus("subscriptions", "apply", "-f", name, "--dry-run")
        assert "+ acme  create" in dry.stdout
        assert "1 would change, 0 as declared" in dry.stdout
        wet = await bus("subscriptions", "apply", "-f", name)
        assert "acme: created" in wet.stdout
        assert "Signing secret, shown only now: whsec_" in wet.stdout
        assert "hush" not in wet.stdout
        found = client.api.world.table.get("acme")
        assert found
        assert (found.headers["X-Token"], found.timeout_s) == ("hush", 3)
        declared.write_text("[]\n")
        gone = await worked(
            worlds, bus, "subscriptions", "apply", "-f", name, "--prune", "--yes"
        )
        assert "acme: removed" in gone.stdout
        declared.write_text(f"{one}, headers: {{X: {{file: none}}}}}}\n")
        missing = await bus("subscriptions", "apply", "-f", name, code=2)
        assert "headers.X" in missing.stderr


async def test_an_event_is_sent(worlds: Worlds, tmp_path: Path) -> None:
    """Made up, or of a file; where it stands; 2 if it does not match its schema."""
    async with serving(worlds) as client:
        bus = Shell(client)
        sent = await bus("events", "send", "order.created", "--order", "SO-7")
        assert "order SO-7, stands at oms.order/" in sent.stdout
        told = await bus.json("events", "send", "order.cancelled", "--id", "old-7")
        told = cast("dict[str, object]", told)
        names = ("id", "type", "order_id", "topic", "partition", "offset")
        assert (tuple(told), told["id"]) == (names, "old-7")
        file = tmp_path / "event.json"
        file.write_text(json.dumps({"status": "nowhere"}))
        bad = await bus(
            *("events", "send", "order.updated", "-f", str(file), "--order", "SO-8"),
            code=2,
        )
        assert "#/data" in bad.stderr
        file.write_text("no JSON")
        await bus("events", "send", "order.updated", "-f", str(file), code=2)


async def test_keys(worlds: Worlds) -> None:
    """Made, listed, rotated, revoked; a token is told once."""
    async with serving(worlds) as client:
        bus = Shell(client)
        create = ("keys", "create", "--role", "partner", "--tenant", "shop")
        made = await bus(*create, "--expires", "90d", "--description", "their CI")
        assert "Token, shown only now: ob_partner_" in made.stdout
        dated = await bus.json(*create, "--expires", "2100-01-31T00:00:00Z")
        key = cast("dict[str, dict[str, str]]", dated)["key"]
        assert key["expires_at"] > "2090"  # their clock is another one
        assert "actions" not in key
        rows = cast("Rows", await bus.json("keys", "list", "--tenant", "shop"))
        assert [row["description"] for row in rows] == ["their CI", ""]
        assert "their CI" in (await bus("keys", "list")).stdout
        rotated = await bus("keys", "rotate", key["id"], "--overlap", "0s")
        assert "rotated, the old token counts for 0s" in rotated.stdout
        revoked = await bus("keys", "revoke", key["id"], "--yes")
        assert f"{key['id']}: revoked" in revoked.stdout
        await bus("keys", "rotate", "zzzzzzzzzz", code=1)
        await bus("keys", "create", "--role", "partner", code=2)


async def test_who_changed_what(worlds: Worlds) -> None:
    """Oldest first, no more than asked for."""
    async with serving(worlds) as client:
        bus = Shell(client)
        assert "Nothing was changed." in (await bus("audit")).stdout
        await write(client.log, change(1), change(2))
        rows = cast("Rows", await bus.json("audit"))
        assert len(rows) == 2
        assert str(rows[0]["at"]) < str(rows[1]["at"])
        newest = await bus("audit", "--limit", "1")
        assert "older ones are not shown" in newest.stdout


async def test_dead_letters_are_discarded(worlds: Worlds) -> None:
    """After asking; they are not replayed."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await dead(client)
        dry = await bus("dlq", "discard", "acme", "--dry-run")
        assert "acme: would discard 2 (" in dry.stdout
        wet = await worked(worlds, bus, "dlq", "discard", "acme", "--yes")
        assert "acme: discarded 2 (" in wet.stdout
        assert "Nothing is pending" in (await bus("dlq", "discard", "acme")).stdout


async def dead(client: Client) -> None:
    """Two dead letters of a subscription."""
    past = Past(client.api.world)
    await client.api.world.table.ready()
    await past.subscribe(owner="acme")
    for event, record in (await past.order())[:2]:
        await past.die("acme", event, record, reason=Reason.EXHAUSTED)


async def test_a_span_is_delivered_again(worlds: Worlds) -> None:
    """Counted first; what it wants of that time."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await dead(client)
        await worlds.clock.advance(1)
        since = "2001-01-01T00:00:00Z"
        span = ("replay", "acme", "--from", since, "--type", "order.created")
        dry = await bus(*span, "--dry-run")
        assert (
            "acme: would replay 1 to bus.retry.acme.1s (1 order.created" in dry.stdout
        )
        wet = await worked(worlds, bus, *span, "--yes")
        assert "acme: replayed 1 to bus.retry.acme.1s" in wet.stdout
        rows = await bus.json(*span, "--dry-run")
        assert cast("dict[str, object]", rows)["wanted"] == 1
        await bus("replay", "acme", "--from", "1h", "--to", "2h", code=2)
        await bus("replay", "nobody", "--from", "1h", "--dry-run", code=1)


def put_aside(worlds: Worlds) -> None:
    """A record that nobody can decode."""
    ours = (
        ("bus-quarantine-reason", b"the registry has no schema with id 99"),
        ("bus-quarantine-origin", b"oms.order/0/1"),
        ("bus-quarantine-at-ms", b"%d" % int(worlds.clock.now() * 1000)),
    )
    worlds.broker.append(Message("bus.quarantine", b"SO-1", b"no event", ours))


async def test_quarantine(worlds: Worlds) -> None:
    """Listed, shown, replayed where it can be, discarded."""
    async with serving(worlds) as client:
        bus = Shell(client)
        assert "no such records" in (await bus("quarantine", "list")).stdout
        put_aside(worlds)
        (row,) = cast("Rows", await bus.json("quarantine", "list"))
        assert "actions" not in row
        place = str(row["place"])
        assert place in (await bus("quarantine", "list")).stdout
        shown = await bus("quarantine", "show", place)
        assert "what to do" in shown.stdout
        assert "6e 6f 20 65" in shown.stdout  # its bytes
        stuck = await bus("quarantine", "replay", "--yes", code=1)
        assert "1 still cannot be decoded" in stuck.stdout
        dry = await bus("quarantine", "discard", "--dry-run")
        assert "would discard 1" in dry.stdout
        wet = await worked(worlds, bus, "quarantine", "discard", place, "--yes")
        assert "discarded 1" in wet.stdout
        await bus("quarantine", "show", "oms.order/0/999", code=1)
        await bus("quarantine", "show", "oms.order", code=2)


async def test_a_diagnosis(worlds: Worlds, tmp_path: Path) -> None:
    """Told, and its bundle written for the owner's eyes; a partner's says no more."""
    file = tmp_path / "ticket.json"
    async with serving(worlds) as client:
        bus = Shell(client)
        await bus(*ADD, "--trust", "--owner", "acme")
        told = await worked(
            worlds, bus, "diagnose", "acme", "--bundle", str(file), code=1
        )
        assert "acme  https://acme.example/in" in told.stdout
        assert "error" in told.stdout
        document = json.loads(file.read_text())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert document["subscription"]["id"] == "acme"
        assert "settings" in document
        partner = Shell(client, "partner")
        await worked(worlds, partner, "diagnose", "acme", "--bundle", str(file), code=1)
        document = json.loads(file.read_text())
        assert "settings" not in document
        assert list(document["versions"]) == ["orderbus"]
        await bus("diagnose", "nobody", code=1)
