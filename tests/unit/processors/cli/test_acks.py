"""`bus acks` from the outside."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.adapters.memory.broker import Fault
from bus.identity import webhook_id
from processors.cli.acks import app
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add
from tests.support.worlds import Worlds


@pytest.fixture
async def subscribed(worlds: Worlds) -> Worlds:
    """Worlds in which acme is subscribed."""
    async with worlds.open() as world:
        fields = {"id": "acme", "url": "https://acme.example", "types": "*"}
        await add(world, draft(fields, Path()))
    return worlds


E1, E2, E3 = "eeeeeeee" * 4, "ffffffff" * 4, "0198c0ff-0000-7000-8000-000000000003"


def bus(worlds: Worlds, *args: str, stdin: str | None = None) -> Result:
    """Run `bus acks add`."""
    return CliRunner().invoke(app, ["add", *args], obj=worlds.open, input=stdin)


def keys(worlds: Worlds) -> list[bytes]:
    """What stands in the topic."""
    return sorted(r.key or b"" for r in worlds.records("bus.acks"))


def test_ids_from_the_command_line_and_stdin(subscribed: Worlds) -> None:
    """Each is written once, with when and by whom."""
    result = bus(subscribed, "acme", E1, "-", E1, stdin=f"{E2}\n\n{E3}\n")
    assert (result.exit_code, result.stdout) == (0, "acme: 3 acknowledged\n")
    assert keys(subscribed) == sorted(f"acme/{e}".encode() for e in (E1, E2, E3))
    value = json.loads(subscribed.records("bus.acks")[0].value or b"")
    assert value == {"at": "2023-11-14T22:13:20+00:00", "by": "bus acks add"}


def test_own_ids_of_a_source(subscribed: Worlds) -> None:
    """They count for that source's events alone."""
    assert bus(subscribed, "acme", "7", "--source", "/a").exit_code == 0
    assert keys(subscribed) == [f"acme/{webhook_id('/a', '7')}".encode()]
    assert webhook_id("/a", "7") != webhook_id("/b", "7")


def test_as_json(subscribed: Worlds) -> None:
    """The ids that were acknowledged."""
    result = bus(subscribed, "acme", E1, "--by", "erp", "--json")
    assert json.loads(result.stdout) == {"subscription": "acme", "acked": [E1]}


@pytest.mark.parametrize(
    ("args", "code", "why"),
    [
        (("nobody", E1), 1, "no subscription nobody"),
        (("acme", "-"), 2, "no event id was given"),
        (("acme", "7"), 2, "is no webhook-id; for an event's own id say --source"),
        (("acme", "ü"), 2, "is no webhook-id"),
        (("acme", "e" * 257), 2, "is no webhook-id"),
        (("acme",), 2, "Missing argument"),
    ],
)
def test_refusals(
    subscribed: Worlds, args: tuple[str, ...], code: int, why: str
) -> None:
    """One clear line, and nothing is written."""
    result = bus(subscribed, *args)
    assert result.exit_code == code
    assert why in result.stderr
    assert keys(subscribed) == []


def test_a_failed_write_is_a_failure(subscribed: Worlds) -> None:
    """Exit code 1; the command can be repeated."""
    subscribed.broker.faults = lambda _: Fault.REFUSE
    result = bus(subscribed, "acme", E1)
    assert result.exit_code == 1
    assert "refused" in result.stderr
