"""What people release from the parked items is told, or converted once more."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from bus.intake.findings import Severity
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Found, Item
from bus.intake.parked.records import decision_message
from bus.intake.samples import plain
from bus.intake.submission import Place
from bus.intake.verifying.verdict import Reason
from bus.record import Message
from processors.convert.judging import Judged
from processors.telemetry import convert_names as names
from tests.support.converting import World, order

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


class Holding:
    """Rules that hold everything, until told otherwise."""

    on = True

    def judge(self, *_: object) -> Judged:
        """Park."""
        if not self.on:
            return Judged()
        found = (Found(code="held", rule="all", severity=Severity.PARK),)
        return Judged(Severity.PARK, found)


@pytest.fixture
def world() -> World:
    """A broker with one source, whose orders are all held."""
    return World(judge=Holding())


def release(item: Item, payload: object = None, number: int = 1) -> Decision:
    """The release of an item: as it was edited, or to be converted again."""
    return Decision(
        id=item.id,
        kind=Kind.RELEASED,
        who="cli:tester",
        at=NOW,
        place=item.place,
        part=item.part,
        source=item.source,
        payload=payload,  # type: ignore[arg-type]
        event_type=item.event_type if payload else "",
        release=number,
    )


async def parked(world: World) -> Item:
    """An order of the source that a rule holds."""
    world.send(order(1, note="held"))
    await world.converts()
    (item,) = world.parked()
    return item


def decide(world: World, decision: Decision) -> None:
    """Write a decision down."""
    world.broker.append(decision_message(world.topology.parked, decision))


async def test_what_is_released_as_it_is_is_told(world: World) -> None:
    """As the person saw it, though rules would hold it again; twice by one id."""
    item = await parked(world)
    payload = orjson.loads(plain(item.payload))
    decide(world, release(item, {**payload, "note": "edited"}))
    decide(world, release(item, {**payload, "note": "edited"}))
    await world.converts()
    told = world.told()
    assert {one.data["note"] for one in told} == {"edited"}
    assert len({one.id for one in told}) == 1


@pytest.mark.parametrize("before", [Kind.REJECTED, Kind.EDITED, Kind.RELEASED])
async def test_of_two_who_decide_at_once_the_first_counts(
    world: World, before: Kind
) -> None:
    """The second, who was told so, lets nothing go: not what was just turned away."""
    item = await parked(world)
    payload = orjson.loads(plain(item.payload))
    late = replace(release(item, {**payload, "note": "unseen"}), on=1)
    first = replace(release(item, {**payload, "note": "seen"}), kind=before, on=1)
    decide(world, first)
    decide(world, late)
    await world.converts()
    assert world.notes() == (["seen"] if before is Kind.RELEASED else [])
    decide(world, replace(late, on=2))
    await world.converts()
    assert world.notes()[-1:] == ["unseen"]
    assert world.unsettled() == 0


async def test_what_is_to_be_converted_again_is_judged_again(world: World) -> None:
    """A rule that was mended lets it go, under the id it would have had."""
    item = await parked(world)
    world.judge.on = False  # type: ignore[attr-defined]
    decide(world, release(item))
    await world.converts()
    (told,) = world.told()
    assert told.data["note"] == "held"
    (note,) = {n.key for n in world.remembered()}
    assert told.id == str(note)


async def test_of_several_orders_in_a_file_the_one_that_is_meant(
    world: World,
) -> None:
    """Though others of it went through the same lines of the mapping."""
    world.send(order(1, note="first"), order(2, note="second"))
    await world.converts()
    second = next(item for item in world.parked() if item.part == 1)
    assert isinstance(world.judge, Holding)
    world.judge.on = False
    decide(world, release(second))
    await world.converts()
    assert world.notes() == ["second"]


async def test_a_release_overrules_the_rules_that_held_it(world: World) -> None:
    """What a person has seen and released goes on; its event names the rule."""
    item = await parked(world)
    decide(world, replace(release(item), overrules=("all",)))
    await world.converts()
    (told,) = world.told()
    findings = told.data["findings"]
    assert isinstance(findings, list)
    assert [one["code"] for one in findings] == ["all"]


async def test_a_rule_that_nobody_overruled_holds_it_again(world: World) -> None:
    """Whoever released it had not seen that one."""
    item = await parked(world)
    decide(world, replace(release(item), overrules=("another",)))
    await world.converts()
    assert world.told() == []
    assert world.parked()[-1].attempt == 1


async def test_what_is_still_held_is_parked_again(world: World) -> None:
    """The same item, saying how often it was released."""
    item = await parked(world)
    decide(world, release(item))
    await world.converts()
    assert world.told() == []
    first, again = world.parked()
    assert (first.id, first.attempt) == (again.id, 0)
    assert again.attempt == 1


async def test_a_bad_signature_may_be_released(world: World) -> None:
    """Somebody has looked at it: it is converted, whatever its signature."""
    world.judge.on = False  # type: ignore[attr-defined]
    world.send(order(1), verdict=Reason.STALE)
    await world.converts()
    (item,) = world.parked()
    decide(world, release(item))
    await world.converts()
    assert [one.data["order_id"] for one in world.told()] == ["shop.mine.1"]


async def test_an_edit_that_is_no_event_is_parked_again(world: World) -> None:
    """It says which field; nothing is lost."""
    item = await parked(world)
    payload = orjson.loads(plain(item.payload))
    decide(world, release(item, {**payload, "observed_at": "yesterday"}))
    await world.converts()
    assert world.told() == []
    again = world.parked()[-1]
    assert again.findings[0].code == "not_of_schema"
    assert (again.id, again.attempt) == (item.id, 1)


async def test_a_submission_that_is_gone_is_said(world: World) -> None:
    """What cannot be converted again, as Kafka keeps it no more, is parked again."""
    item = await parked(world)
    decision = release(item)
    assert item.place is not None
    nowhere = Place(item.place.topic, item.place.partition, 9_999)
    decide(world, replace(decision, place=nowhere))
    await world.converts()
    assert world.parked()[-1].attempt == 1
    assert "not kept" in world.parked()[-1].findings[0].text


async def test_other_records_are_passed_over(world: World) -> None:
    """Parked items, other decisions and damaged records are nothing to do."""
    item = await parked(world)
    note = Decision(id=item.id, kind=Kind.ASSIGNED, who="x", at=NOW, to="me")
    decide(world, note)
    world.broker.append(Message(world.topology.parked, b"k", b"{"))
    await world.converts()
    assert world.told() == []
    assert any(name == names.RELEASE_UNREADABLE for name, _ in world.observer.notes)
    group = world.broker.group("convert")
    topic = world.topology.parked
    for tp in world.broker.partitions([topic]):
        end = world.broker.log(tp).end
        assert end == 0 or group.positions[tp].offset == end
