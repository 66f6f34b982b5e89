"""`bus subscriptions verify`, and what the others say of an endpoint's word."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from typing_extensions import override

from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.probing import Exchanged
from processors.subscriptions.world import World
from tests.support.subscriptions_command import ADD, as_json, bus, good
from tests.support.worlds import Worlds

WANTS = Exchanged(
    status=200,
    headers={"webhook-allowed-origin": "*", "webhook-allowed-rate": "300"},
    whole=True,
)


class Asking(Worlds):
    """Worlds in which endpoints are asked; acme's says what a test lets it say."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts = {"acme.example": Scripted()}

    @override
    @asynccontextmanager
    async def open(self) -> AsyncIterator[World]:
        """A world with somebody to ask."""
        async with super().open() as world:
            yield replace(world, asker=MemoryProber(self.hosts))


@pytest.fixture
def worlds() -> Asking:
    """One that says nothing."""
    return Asking()


def test_until_it_says_so(worlds: Asking) -> None:
    """Added with a warning, listed as unproven, verified by hand in the end."""
    added = bus(worlds, *ADD)
    assert added.exit_code == 0
    assert "warning: events wait until its endpoint wants them" in added.stderr
    assert "\tunproven\t" in good(worlds, "list")
    refused = bus(worlds, "verify", "acme")
    assert refused.exit_code == 1
    assert "does not say that it wants events: OPTIONS: answered 405" in refused.stdout
    assert "events wait" in refused.stdout

    worlds.hosts["acme.example"] = Scripted(options=WANTS)
    said = good(worlds, "verify", "acme")
    assert "by the CloudEvents handshake, 5 a second at most" in said
    assert "\tactive\t" in good(worlds, "list")
    told = as_json(worlds, "verify", "acme")
    assert told["wanted"] is True
    assert json.loads(json.dumps(told))["subscription"]["allowed_rate"] == 5


@pytest.mark.parametrize("where", ["add", "verify", "update"])
def test_trusted(worlds: Asking, where: str) -> None:
    """By whoever operates the bus, whenever they say so."""
    good(worlds, *ADD, *(["--trust"] if where == "add" else []))
    if where != "add":
        good(worlds, where, "acme", "--trust")
    assert as_json(worlds, "show", "acme")["unproven"] is False


def test_in_a_file(worlds: Asking) -> None:
    """Applied twice, the second time changes nothing; nobody declares it."""
    text = "[{id: acme, url: https://acme.example/in, types: '*'}]"
    applied = json.loads(good(worlds, "apply", "-f", "-", "--json", stdin=text))
    assert applied["done"]
    assert as_json(worlds, "show", "acme")["unproven"] is True
    again = good(worlds, "apply", "-f", "-", stdin=text)
    assert "0 to change, 1 as declared" in again
    trusted = "[{id: crm, url: https://crm.example/in, types: '*'}]"
    good(worlds, "apply", "-f", "-", "--trust", stdin=trusted)
    assert as_json(worlds, "show", "crm")["unproven"] is False
    wrong = "[{id: x1, url: https://x.example/, types: '*', unproven: false}]"
    refused = bus(worlds, "apply", "-f", "-", stdin=wrong)
    assert refused.exit_code == 2
    assert "kept by the bus" in refused.stderr
