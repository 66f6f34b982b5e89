"""`bus dlq`, `bus replay` and `bus trace` from the outside: output, exit codes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest
import typer
from typer.testing import CliRunner, Result

from bus.delivery.delivery import Reason
from bus.event import Event
from processors.cli import dlq, replay, trace
from tests.support.past import Past
from tests.support.worlds import Worlds

TIER = "bus.retry.acme.1s"


app = typer.Typer()
app.add_typer(dlq.app, name="dlq")
app.add_typer(replay.app)
app.add_typer(trace.app)


class Run(Protocol):
    """Runs a command; it must not fail in any way but on purpose."""

    def __call__(self, *args: str) -> Result:
        """What it printed and how it ended."""
        ...


def happened(worlds: Worlds, story: Callable[[Past], Awaitable[None]]) -> None:
    """Let something happen before the command."""

    async def tell() -> None:
        async with worlds.open() as world:
            await world.table.ready()
            await story(Past(world))

    asyncio.run(tell())


@pytest.fixture
def events(worlds: Worlds) -> list[Event]:
    """An order's events, two of them dead letters of acme."""
    found: list[Event] = []

    async def story(past: Past) -> None:
        await past.subscribe()
        life = await past.order()
        found.extend(event for event, _ in life)
        (first, at), (second, there), *_ = life
        await past.die("acme", first, at)
        await past.die("acme", second, there, reason=Reason.REFUSED)
        await past.attempt("acme", first, "accepted", "done", record=at)

    happened(worlds, story)
    asyncio.run(worlds.clock.advance(1))
    return found


@pytest.fixture
def run(worlds: Worlds, events: list[Event], monkeypatch: pytest.MonkeyPatch) -> Run:  # noqa: ARG001 - they have happened
    """Runs commands in the worlds, after the events."""
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*args: str) -> Result:
        result = CliRunner().invoke(app, args, obj=worlds.open)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_list_says_what_became_of_each(run: Run, events: list[Event]) -> None:
    """A line each with id, order, type, reason and state; and narrowed."""
    printed = run("dlq", "list").stdout
    for word in (events[0].id, events[0].subject, "exhausted", "refused", "503 oops"):
        assert word in printed
    assert "2 pending" in printed
    rows = json.loads(
        run("dlq", "list", "acme", "--reason", "refused", "--json").stdout
    )
    assert [row["event_id"] for row in rows] == [events[1].id]
    assert "no such dead letters" in run("dlq", "list", "--state", "replayed").stdout
    assert "there are older ones" in run("dlq", "list", "--limit", "1").stdout


def test_show_tells_all(run: Run, events: list[Event]) -> None:
    """Headers, decoded content and attempts; an unknown event is exit code 1."""
    printed = run("dlq", "show", events[0].id).stdout
    for word in ("bus-reason", "ce_type", '"order_id"', "accepted"):
        assert word in printed
    (shown,) = json.loads(run("dlq", "show", events[0].id, "acme", "--json").stdout)
    assert shown["event"]["id"] == events[0].id
    assert shown["attempt_log"][0]["outcome"] == "accepted"
    assert run("dlq", "show", "nope").exit_code == 1


def test_replay_twice_sends_once(run: Run, worlds: Worlds) -> None:
    """A dry run first, which sends nothing; in the end nothing is pending."""
    dry = run("dlq", "replay", "acme", "--dry-run")
    assert f"would replay 2 to {TIER}" in dry.stdout
    assert worlds.records(TIER) == []
    assert f"replayed 2 to {TIER}" in run("dlq", "replay").stdout
    assert "nothing is pending" in run("dlq", "replay", "acme").stdout
    assert "Nothing is pending" in run("dlq", "replay").stdout
    assert len(worlds.records(TIER)) == 2
    assert "2 replayed" in run("dlq", "list").stdout


def test_an_open_breaker_refuses(run: Run, events: list[Event], worlds: Worlds) -> None:
    """One line, exit code 1, nothing sent; with --force it is."""

    async def outage(past: Past) -> None:
        for _ in range(5):
            await past.attempt("acme", events[2], "failed", "retry:1s", detail="503")

    happened(worlds, outage)
    for args in ((), ("acme",), ("--dry-run",)):
        refused = run("dlq", "replay", *args)
        assert refused.exit_code == 1
        assert "its breaker is open" in refused.stderr
    assert worlds.records(TIER) == []
    document = json.loads(run("dlq", "replay", "--json").stdout)
    assert "breaker" in document["subscriptions"][0]["refused"]
    assert run("dlq", "replay", "acme", "--force").exit_code == 0
    assert len(worlds.records(TIER)) == 2


def test_discard_asks(run: Run, events: list[Event]) -> None:
    """Where nobody can be asked it wants --yes; what is discarded is not replayed."""
    refused = run("dlq", "discard", "acme")
    assert refused.exit_code == 2
    assert "Discard 2 dead letters of acme?" in refused.stderr
    assert "would discard 2" in run("dlq", "discard", "--dry-run").stdout
    done = run("dlq", "discard", "acme", "--event", events[0].id, "--yes")
    assert "discarded 1" in done.stdout
    assert "replayed 1" in run("dlq", "replay", "acme").stdout
    assert "Nothing is pending" in run("dlq", "discard", "--yes").stdout
    assert json.loads(run("dlq", "discard", "--yes", "--json").stdout) == {
        "dry_run": False,
        "subscriptions": [],
    }


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("dlq", "list", "nope"), "no subscription nope"),
        (("dlq", "replay", "nope"), "no subscription nope"),
        (("dlq", "list", "--type", "order.made"), "no event type 'order.made'"),
        (("dlq", "list", "--since", "soon"), "'soon' is no time"),
        (("replay", "nope", "--from", "1h"), "no subscription nope"),
        (("replay", "acme", "--from", "soon"), "'soon' is no time"),
        (("replay", "acme", "--from", "1h", "--to", "2h"), "a time before --to"),
        (("replay", "acme", "--from", "1h"), "Say --yes"),
        (("replay", "acme", "--from", "1h", "--type", "x"), "no event type 'x'"),
        (("trace", "nope", "--since", "x"), "'x' is no time"),
        (("trace", "nope"), "Nothing is known"),
    ],
)
def test_wrong_input_is_one_line(run: Run, args: tuple[str, ...], why: str) -> None:
    """It says what is wrong; the exit code is not 0."""
    result = run(*args)
    assert result.exit_code in {1, 2}
    assert why in result.stderr
    assert "Traceback" not in result.output


def test_replay_of_a_span(run: Run, events: list[Event], worlds: Worlds) -> None:
    """Counts by type in a dry run and afterwards, and sends to the first tier."""
    orders = [event for event in events if event.type.startswith("order.")]
    dry = json.loads(
        run("replay", "acme", "--from", "1h", "--dry-run", "--json").stdout
    )
    assert (dry["wanted"], dry["replayed"]) == (len(orders), 0)
    assert worlds.records(TIER) == []
    done = run("replay", "acme", "--from", "1h", "--yes")
    assert f"replayed {len(orders)} to {TIER}" in done.stdout
    assert len(worlds.records(TIER)) == len(orders)
    none = run("replay", "acme", "--from", "1h", "--to", "30m", "--yes")
    assert "wants none of the 0 events read" in none.stdout


def test_trace_prints_a_tree(run: Run, events: list[Event]) -> None:
    """By event id and by order id; as JSON too."""
    assert "attempt 1: accepted" in run("trace", events[0].id).stdout
    assert events[-1].id in run("trace", events[0].subject).stdout
    (life,) = json.loads(run("trace", events[0].id, "--json").stdout)
    assert life["subscriptions"][0]["id"] == "acme"
