"""`bus status` and what `bus subscriptions list` has of it, from the outside."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner, Result

from bus.adapters.memory.publisher import MemoryPublisher
from bus.delivery.presence import Presence, presence_message
from bus.record import Message
from bus.watch.states import BUS, Reason, State
from bus.watch.verdicts import Health
from processors.cli import status, subscriptions
from processors.cli.status_work import teller
from processors.status.report import nothing_known
from processors.subscriptions.keys import NO_KEYS
from processors.watch.records import Look, look_message, state_message
from tests.support.past import Past
from tests.support.subscriptions_command import ADD, bus, good
from tests.support.worlds import Worlds

LIVE = Presence(
    host="node-1", pid=1, programs=("fanout", "retry", "ordered"), started_ms=0
)

app = typer.Typer()
app.add_typer(status.app)
app.add_typer(subscriptions.app, name="subscriptions")


def run(worlds: Worlds, *args: str) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    done = CliRunner().invoke(app, args, obj=worlds.open)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def busy(worlds: Worlds) -> Worlds:
    """A breaker is open, a tier is backed up, a process is silent, another lives."""

    async def happen() -> None:
        async with worlds.open() as world:
            await world.table.ready()
            past = Past(world)
            await past.subscribe()
            await past.subscribe("quiet")
            publisher = MemoryPublisher(worlds.broker)
            old = replace(LIVE, pid=2)
            await publisher.publish(presence_message("bus.processes", old))
            for _ in range(3):
                hop = Message("bus.retry.acme.5s", b"k", b"v", (), 0)
                await publisher.publish(hop)
            await worlds.clock.advance(90)
            now = replace(LIVE, breakers={"acme": "open"})
            await publisher.publish(presence_message("bus.processes", now))

    asyncio.run(happen())
    return worlds


def test_all_on_one_screen(busy: Worlds) -> None:
    """What is wrong first; who is well is counted, not listed."""
    done = run(busy, "status")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].endswith("2 to look at")
    assert "node-1/2 is silent" in done.stdout
    assert "silent for 1 min 30 s" in done.stdout
    (acme,) = [line for line in lines if line.startswith("acme\t")]
    assert acme.split("\t")[2:] == ["open", "3", "0", "1 min 30 s", "0", "3", "0"]
    assert "1 more: active, nothing waits" in done.stdout


def test_the_same_for_programs(busy: Worlds) -> None:
    """Numbers are numbers, states are words."""
    said = json.loads(run(busy, "status", "--json").stdout)
    assert said["groups"]["bus.retry"]["behind"] == 3
    assert said["groups"]["bus.retry"]["oldest_s"] == 90
    assert {p["name"]: p["state"] for p in said["processes"]} == {
        "node-1/1": "ready",
        "node-1/2": "silent",
    }
    acme, quiet = said["subscriptions"]
    assert (acme["breaker"], acme["pending"], acme["by_tier"]["5s"]) == ("open", 3, 3)
    assert (quiet["pending"], quiet["dead"], quiet["dead_exact"]) == (0, 0, True)


def test_nobody_runs(worlds: Worlds) -> None:
    """Exit code 1, and what to type."""
    done = run(worlds, "status")
    assert done.exit_code == 1
    assert "no process runs: bus run" in done.stdout


def test_a_broker_that_is_down(busy: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen is there, with why everything is unknown; exit code 1."""
    monkeypatch.setattr(busy.broker, "up", busy.broker.down)
    monkeypatch.setattr("processors.cli.status_work.ANSWER_S", 0.2)
    done = run(busy, "status")
    assert done.exit_code == 1
    assert "1 to look at\n  ! Kafka: " in done.stdout
    assert done.stdout.count("unknown: ") == 1, "said once, of the broker"
    assert "broker      unknown: " in done.stdout


@pytest.mark.parametrize("watch", [False, True])
def test_screens_in_a_pipe_stand_apart(
    watch: bool,  # noqa: FBT001 - a parameter of the test
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A blank line after each of them, where there are several."""
    report = nothing_known(0, "no answer")
    tell = teller(AsyncExitStack(), watch=watch, as_json=False)
    tell(report)
    tell(report)
    first, second = capsys.readouterr().out.split("1970-01-01T")[1:]
    assert first == second
    assert first.endswith("\n\n") is watch


def listed(worlds: Worlds) -> Mapping[str, Mapping[str, object]]:
    """The rows of `subscriptions list` by id."""
    rows = json.loads(run(worlds, "subscriptions", "list", "--json").stdout)
    return {row["id"]: row for row in rows}


def test_the_list_has_what_waits(busy: Worlds) -> None:
    """PENDING, DEAD and BREAKER of each."""
    printed = run(busy, "subscriptions", "list").stdout.splitlines()
    assert printed[0].split("\t")[:5] == ["ID", "STATE", "PENDING", "DEAD", "BREAKER"]
    assert printed[1].split("\t")[:5] == ["acme", "active", "3", "0", "open"]
    assert listed(busy)["quiet"]["breaker"] == "closed"


def test_reading_needs_no_key(worlds: Worlds) -> None:
    """Lists and shows all but fingerprints, and no sealed text either."""
    good(worlds, *ADD, "-H", "X-Token: hush")
    sealed = worlds.records("bus.subscriptions")[0].value
    assert sealed is not None
    assert b"sealed:v1:" in sealed
    worlds.keys = NO_KEYS
    assert listed(worlds)["acme"]["state"] == "active"
    shown = good(worlds, "show", "acme")
    assert "https://acme.example" in shown
    assert "sealed:" not in shown
    assert "fingerprint" not in shown
    assert "hush" not in shown


def test_writing_needs_one(worlds: Worlds) -> None:
    """What would seal anew, or sign, says so and writes nothing."""
    good(worlds, *ADD)
    before = worlds.records("bus.subscriptions")
    worlds.keys = NO_KEYS
    for command in (("pause", "acme"), ("rotate-secret", "acme"), ("reseal",)):
        done = bus(worlds, *command)
        assert done.exit_code == 2
        assert "no encryption key" in done.output
    assert worlds.records("bus.subscriptions") == before


def watched(worlds: Worlds, health: str, *reasons: str) -> None:
    """A watch has just looked, and found the bus so."""

    async def happen() -> None:
        async with worlds.open() as world:
            now = world.clock.now()
            state = State(Health(health), tuple(map(Reason, reasons)))
            for message in (
                look_message("bus.alerts", Look(leader="node-1", at=now), None),
                state_message("bus.alerts", BUS, state, 1_000),
            ):
                await world.publisher.publish(message)

    asyncio.run(happen())


def test_it_says_what_health_says(busy: Worlds) -> None:
    """Nobody reads here that all is well and there that it is not."""
    watched(busy, "degraded", "source/oms.order: silent", "program/retry: not ready")
    done = run(busy, "status")
    assert "health      degraded" in done.stdout
    wanted = "! degraded: source/oms.order: silent (and 1 more); bus health"
    assert wanted in done.stdout
    said = json.loads(run(busy, "status", "--json").stdout)
    assert said["health"]["state"] == "degraded"
    assert any("degraded" in trouble for trouble in said["troubles"])
    watched(busy, "healthy")
    assert "health      healthy" in run(busy, "status").stdout


def test_where_nobody_looks_it_says_so(busy: Worlds) -> None:
    """It is no trouble: a watch is not what delivers."""
    done = run(busy, "status")
    assert "health      nobody looks: bus run watch" in done.stdout
    assert done.stdout.splitlines()[0].endswith("2 to look at")


async def test_a_screen_that_is_drawn_again_cuts_no_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--watch` a long one goes on in the next line, as without it."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    why = "nothing was heard of it, " * 6 + "to the very end"
    async with AsyncExitStack() as stack:
        teller(stack, watch=True, as_json=False)(nothing_known(0, why))
    assert "very end" in capsys.readouterr().out
