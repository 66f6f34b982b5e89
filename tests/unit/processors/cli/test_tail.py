"""`bus tail` from the outside: lines, filters, exit codes."""

import asyncio
import json

import pytest
import typer
from typer.testing import CliRunner, Result

from bus.event import Event
from processors.cli import tail
from processors.cli.tail_view import EnoughError, Printer
from tests.support.past import Past
from tests.support.streaming import beginning
from tests.support.worlds import Worlds

app = typer.Typer()
app.callback()(lambda: None)
app.add_typer(tail.app)


@pytest.fixture
def events(worlds: Worlds) -> list[Event]:
    """An order's events, the first one attempted twice."""

    async def tell() -> list[Event]:
        async with worlds.open() as world:
            await world.table.ready()
            past = Past(world)
            await past.subscribe()
            life = await past.order()
            (event, at), *_ = life
            await past.attempt("acme", event, "failed", "retry:1s", record=at)
            await past.attempt("acme", event, "accepted", "done", record=at)
            return [event for event, _ in life]

    return asyncio.run(tell())


def heard(worlds: Worlds, *args: str) -> Result:
    """What the command prints of all that there is."""
    typed = ("tail", *args, "--last-id", beginning(worlds))
    result = CliRunner().invoke(app, typed, obj=worlds.open)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_line_each(worlds: Worlds, events: list[Event]) -> None:
    """Events and attempts, with what a person looks for."""
    count = len(events) + 2
    lines = heard(worlds, "--count", str(count)).stdout.splitlines()
    assert len(lines) == count
    first = events[0]
    assert sum(f" {first.type} {first.subject} {first.webhook_id}" in n for n in lines)
    attempts = [line for line in lines if " acme " in line]
    assert attempts[0].endswith("→ waits 1s")
    assert "accepted" in attempts[1]


def test_of_one_outcome(worlds: Worlds, events: list[Event]) -> None:
    """Only attempts have one."""
    asked = ("--outcome", "accepted", "--outcome", "refused", "--json", "--count", "1")
    line = json.loads(heard(worlds, *asked).stdout)
    assert (line["kind"], line["data"]["outcome"]) == ("attempt", "accepted")
    assert line["data"]["event_id"] == events[0].webhook_id


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--outcome", "good"), "--outcome: 'good' is none; expected accepted,"),
        (("--last-id", "nonsense"), "--last-id is none"),
        (("orders",), "events"),
    ],
)
def test_what_is_refused(worlds: Worlds, args: tuple[str, ...], says: str) -> None:
    """Exit code 2, with what was expected."""
    result = CliRunner().invoke(app, ["tail", *args], obj=worlds.open)
    assert result.exit_code == 2
    assert says in result.stderr


def test_nothing_from_outside_acts_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Escapes are shown as what they are, in lines and in JSON."""
    data = {"at": "2026-01-15T10:30:00.000Z", "detail": "\x1b]0;x\x07", "order_id": "a"}
    row = {**data, "subscription": "s", "type": "t", "number": 1, "outcome": "failed"}
    for as_json in (False, True):
        with pytest.raises(EnoughError):
            Printer(as_json=as_json, count=1).show("attempt", "id", row)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "]0;x" in shown


def test_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    """Where, and why."""
    gap = {"topic": "bus.attempts", "partition": 3, "since": 5, "until": 9}
    with pytest.raises(EnoughError):
        Printer(as_json=False, count=1).show("gap", "id", {**gap, "detail": "Deleted."})
    line = "!! missed: bus.attempts/3 offsets 5 to before 9. Deleted.\n"
    assert capsys.readouterr().out == line
