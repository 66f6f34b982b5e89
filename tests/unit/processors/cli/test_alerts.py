"""`bus health` and `bus alerts` from the outside."""

import asyncio
import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner, Result

from bus.adapters.memory.publisher import MemoryPublisher
from bus.record import Message
from bus.watch.alerts import Alert, Phase
from bus.watch.states import Reason, State
from bus.watch.verdicts import Health, Kind, Severity, Subject
from processors.cli import alerts, health
from processors.watch.records import (
    Look,
    alert_message,
    look_message,
    state_message,
)
from tests.support.worlds import Worlds

TOPIC, TERM = "bus.alerts", 0
BUS, ACME = Subject(Kind.BUS), Subject(Kind.SUBSCRIPTION, "acme")
SHUT = State(Health.FAILING, (Reason("the breaker is open", "breaker_open"),))
TOLD = State(
    Health.DEGRADED,
    (Reason("subscription/acme: the breaker is open", "breaker_open"),),
)


def bus(worlds: Worlds, group: str, *args: str) -> Result:
    """Run a command."""
    app = health.app if group == "health" else alerts.app
    return CliRunner().invoke(app, list(args), obj=worlds.open)


@pytest.fixture
def watched(worlds: Worlds) -> Worlds:
    """A bus in which acme's breaker is open, and a watch has just looked."""
    now = worlds.clock.now()
    shut = Alert(
        rule="breaker_open",
        subject=ACME,
        severity=Severity.TICKET,
        phase=Phase.FIRING,
        began=now - 1_200,
        seen=now,
        fired=now - 300,
        evidence="the breaker is open, 7 deliveries wait",
    )
    over = replace(
        shut, rule="slow", phase=Phase.RESOLVED, seen=now - 600, resolved=now - 540
    )
    write(
        worlds,
        look_message(TOPIC, Look(leader="a/1", at=now), TERM),
        state_message(TOPIC, BUS, TOLD, TERM),
        state_message(TOPIC, ACME, SHUT, TERM),
        state_message(TOPIC, Subject(Kind.PROGRAM, "retry"), _WELL, TERM),
        alert_message(TOPIC, shut.key, shut, TERM),
        alert_message(TOPIC, over.key, over, TERM),
    )
    return worlds


_WELL = State(Health.HEALTHY)


def write(worlds: Worlds, *messages: Message) -> None:
    """Write what a watch would."""

    async def all_of_them() -> None:
        worlds.broker.up()
        for message in messages:
            await MemoryPublisher(worlds.broker).publish(message)

    asyncio.run(all_of_them())


def test_health_says_how_all_is_and_why(watched: Worlds) -> None:
    """Whoever is well only on demand."""
    shown = bus(watched, "health")
    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        "degraded",
        "  subscription/acme: the breaker is open",
        "STATE\tWHO\tWHY",
        "failing\tsubscription/acme\tthe breaker is open",
    ]
    assert "healthy\tprogram/retry\t" in bus(watched, "health", "--all").stdout


def test_a_healthy_bus_is_zero(watched: Worlds) -> None:
    """For scripts: the exit code says it."""
    write(watched, state_message(TOPIC, BUS, _WELL, TERM))
    told = json.loads(bus(watched, "health", "--json").stdout)
    assert (told["state"], told["reasons"]) == ("healthy", [])
    assert [part["name"] for part in told["parts"]] == ["acme", "retry"]
    assert bus(watched, "health").exit_code == 0


def test_without_a_watch_nobody_knows(worlds: Worlds) -> None:
    """Never looked, or not for long: both say what to do."""
    shown = bus(worlds, "health")
    assert shown.exit_code == 1
    assert shown.stdout == "unknown\n  no watch has ever looked: bus run watch\n"
    now = worlds.clock.now()
    write(worlds, look_message(TOPIC, Look(leader="a/1", at=now - 600), TERM))
    said = bus(worlds, "alerts", "list")
    assert said.exit_code == 1
    assert "no watch has looked for 10 min: bus run watch" in said.stderr


def test_alerts_that_fire_are_listed(watched: Worlds) -> None:
    """What is over on demand."""
    lines = bus(watched, "alerts", "list").stdout.splitlines()
    assert lines[1].split("\t") == [
        *("firing", "ticket", "breaker_open", "subscription/acme", "20 min", ""),
        "the breaker is open, 7 deliveries wait",
    ]
    assert len(lines) == 2
    told = json.loads(bus(watched, "alerts", "list", "--all", "--json").stdout)
    assert [(one["rule"], one["phase"]) for one in told] == [
        ("breaker_open", "firing"),
        ("slow", "resolved"),
    ]
    assert told[1]["lasted_s"] == 600
    assert told[0]["runbook"] == "deploy/runbook.md#a-breaker-stays-open"


def test_a_silence_is_made_listed_and_ended(watched: Worlds) -> None:
    """And each is in the audit."""
    made = bus(watched, "alerts", "silence", "--rule", "breaker_*", "--for", "2h")
    assert made.exit_code == 0, made.output
    silence_id = made.stdout.partition(":")[0]
    assert "for 2.0 h" in made.stdout
    (row,) = json.loads(bus(watched, "alerts", "silences", "--json").stdout)
    assert (row["id"], row["rule"], row["by"]) == (silence_id, "breaker_*", "cli:ada")
    told = json.loads(bus(watched, "alerts", "list", "--json").stdout)
    assert told[0]["silenced_until"] == row["until"]
    assert bus(watched, "alerts", "unsilence", silence_id).exit_code == 0
    assert bus(watched, "alerts", "silences").stdout == "There are no silences.\n"
    assert bus(watched, "alerts", "unsilence", silence_id).exit_code == 1
    actions = [(c.action, c.entity, c.entity_id) for c in watched.audited()]
    assert actions == [("add", "silence", silence_id), ("end", "silence", silence_id)]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("--for", "2h"), "say what: a rule, a subject, or both"),
        (("--rule", "lag", "--for", "31d"), "a silence lasts up to 30 days"),
        (("--rule", "lag", "--for", "0s"), "a silence lasts up to 30 days"),
        (("--rule", "lag", "--for", "soon"), "--for: 'soon' is no duration"),
        (("--rule", "\x1b[2J", "--for", "2h"), "rule: expected up to 200 characters"),
    ],
)
def test_what_cannot_be_silent_is_refused(
    watched: Worlds, args: tuple[str, ...], why: str
) -> None:
    """With what was expected."""
    said = bus(watched, "alerts", "silence", *args)
    assert said.exit_code == 2
    assert why in said.stderr
    assert watched.audited() == []
