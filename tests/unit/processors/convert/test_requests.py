"""Requests to the OMS are told as events are, and written down for who asked."""

import orjson
import pytest

from bus.intake.findings import Severity
from bus.intake.parked.item import Found
from bus.intake.requests import Request, State, read_request
from processors.convert.judging import Judged
from tests.support.converting import World
from tests.support.stored import shipped

CANCEL = {"id": "r-1", "action": "cancel", "order": "SO-1001"}


class Holding:
    """Rules that hold everything."""

    def judge(self, *_: object) -> Judged:
        """Park."""
        found = (Found(code="held", rule="all", severity=Severity.PARK),)
        return Judged(Severity.PARK, found)


@pytest.fixture
def world() -> World:
    """A broker with a source that asks."""
    return asking(World())


def asking(world: World) -> World:
    """The same with that source."""
    world.channels["actions"], _ = shipped("actions")
    world.add("partner-asks", channel="actions", settings={}, fetch=None)
    return world


def asked(world: World) -> list[Request]:
    """What is written down."""
    found = map(read_request, world.records(world.topology.requests))
    return [one for one in found if one is not None]


async def test_a_request_is_told_once_and_written_down(world: World) -> None:
    """Sent again it is the same one."""
    for _ in range(2):
        world.send_bytes(orjson.dumps(CANCEL), source="partner-asks")
    await world.converts()
    (told,) = world.told()
    assert (told.type, told.data["action"]) == ("intake.action_requested", "cancel")
    (one,) = asked(world)
    assert (one.source, one.id, one.order) == ("partner-asks", "r-1", "SO-1001")
    assert (one.state, one.event_id) == (State.ASKED, told.id)


async def test_one_that_a_rule_holds_says_so() -> None:
    """By the parked item, so that what a person decides is found."""
    world = asking(World(judge=Holding()))
    world.send_bytes(orjson.dumps(CANCEL), source="partner-asks")
    await world.converts()
    assert world.told() == []
    (item,) = world.parked()
    (one,) = asked(world)
    assert (one.state, one.item) == (State.PARKED, item.id)


async def test_an_action_that_nobody_knows_is_told_as_such(world: World) -> None:
    """The OMS refuses it, and the caller hears of that."""
    body = orjson.dumps({**CANCEL, "action": "teleport"})
    world.send_bytes(body, source="partner-asks")
    await world.converts()
    (told,) = world.told()
    assert told.data["action"] == "unknown"
    assert [one.action for one in asked(world)] == ["unknown"]
