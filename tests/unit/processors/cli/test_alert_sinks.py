"""`bus alerts sinks` and `bus alerts test` from the outside."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from typing_extensions import override

from bus.adapters.memory.publisher import MemoryPublisher
from bus.delivery.attributes import read_attributes
from bus.record import Message
from bus.watch.sinks import Told
from processors.cli import alerts
from processors.cli.root import Root
from processors.subscriptions.world import World
from processors.watch.records import Look, look_message, sink_message
from tests.support.worlds import Worlds

TOPIC, TERM = "bus.alerts", 0
SECRET = "s3cret"  # noqa: S105 - to be found nowhere


@dataclass(frozen=True)
class Given(Root):
    """What the options said, and a world in memory instead of Kafka."""

    worlds: Worlds

    @override
    def reading(self) -> AbstractAsyncContextManager[World]:
        return self.worlds.open()


@pytest.fixture
def given(worlds: Worlds, tmp_path: Path) -> Given:
    """Nobody is there at the one receiver's address."""
    path = tmp_path / "receivers.yaml"
    path.write_text(f"receivers: {{chat: {{apprise: 'json://127.0.0.1:1/{SECRET}'}}}}")
    path.chmod(0o600)
    options: dict[str, object] = {
        "data_dir": tmp_path,
        "watch_receivers_file": path,
    }
    return Given(options, worlds)


def bus(given: Given, *args: str) -> Result:
    """Run a command; its output holds no secret, whatever happens."""
    done = CliRunner().invoke(alerts.app, list(args), obj=given)
    assert SECRET not in done.output
    return done


def test_who_took_what(given: Given) -> None:
    """The exit code says whether all are told."""
    publisher = MemoryPublisher(given.worlds.broker)
    now = given.worlds.clock.now()
    good = Told(name="bus", kind="bus", sent=now)
    deaf = Told(name="chat", kind="apprise", failing_since=now, why="no answer")
    look = look_message(TOPIC, Look(leader="a/1", at=now), TERM)
    for message in (look, sink_message(TOPIC, good, "bus", TERM)):
        asyncio.run(_write(publisher, message))
    assert bus(given, "sinks").exit_code == 0
    asyncio.run(_write(publisher, sink_message(TOPIC, deaf, "chat", TERM)))
    shown = bus(given, "sinks")
    assert shown.exit_code == 1
    assert "no answer" in shown.stdout
    rows = json.loads(bus(given, "sinks", "--json").stdout)
    assert [(one["name"], one["state"]) for one in rows] == [
        ("bus", "working"),
        ("chat", "failing"),
    ]


def test_trying_them_out_says_what_was_answered(given: Given) -> None:
    """Over the bus as events that only operators hear; the other is not there."""
    tried = bus(given, "test", "--json")
    assert tried.exit_code == 1
    rows = {one["name"]: one for one in json.loads(tried.stdout)}
    assert {name for name, one in rows.items() if one["taken"]} == {"bus", "log"}
    assert rows["chat"]["why"] == "the service did not take it"
    records = given.worlds.records("oms.ops")
    types = [read_attributes(record).type for record in records]
    assert types == ["ops.alert_fired", "ops.alert_resolved"]
    assert bus(given, "test", "bus").exit_code == 0


def test_a_sink_that_there_is_not(given: Given) -> None:
    """Those that there are, are named."""
    tried = bus(given, "test", "chad")
    assert tried.exit_code == 1
    assert "there are: bus, chat, log" in tried.stderr


async def _write(publisher: MemoryPublisher, message: Message) -> None:
    await publisher.publish(message)
