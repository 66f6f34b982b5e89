"""A replay says what would change, then tells exactly that, corrected."""

from dataclasses import dataclass

import pytest

from bus.adapters.memory import MemoryGroups, MemoryLogReader, MemoryPublisher
from bus.intake.comparing import How
from bus.intake.submission import Place
from bus.ports import Clock, Groups, LogReader, Publisher, Schemas
from bus.topics.topology import Topology
from processors.convert.differing import of_samples, of_stored
from processors.convert.replaying import plan, replay
from processors.convert.showing import body_text, show
from processors.convert.stored import Desk, Meant, submission_at
from tests.support.converting import DEFINITION, MAPPING, World, order, shop


@dataclass(frozen=True)
class Kafka:
    """What commands need of the world in memory."""

    reader: LogReader
    publisher: Publisher
    groups: Groups
    schemas: Schemas
    topology: Topology
    clock: Clock


def desk(world: World) -> Desk:
    """What the commands work with."""
    kafka = Kafka(
        reader=MemoryLogReader(world.broker),
        publisher=MemoryPublisher(world.broker),
        groups=MemoryGroups(world.broker),
        schemas=world.schemas,
        topology=world.topology,
        clock=world.clock,
    )
    return Desk(kafka, world, world.channels)


@pytest.fixture
def world() -> World:
    """A broker with one source."""
    return World()


LOUD = MAPPING.replace("  note: note\n", "  note: note | upper\n")


async def test_nothing_changes_where_nothing_changed(world: World) -> None:
    """Repeats, ignored messages and parked ones are nothing to tell."""
    world.send(order(1, note="a"), {"kind": "ping", "id": "1"})
    world.send(order(1, note="b"))
    world.send({"kind": "alien"})
    await world.converts()
    made = await plan(desk(world), world.all()[0], Meant())
    assert (made.looked_at, made.sending, made.repeats) == (3, 0, 1)
    assert made.changes == []


async def test_a_mended_mapping_shows_what_it_changes(world: World) -> None:
    """Field by field; nothing is written until it is asked for."""
    world.send(order(1, note="a"), order(2))
    await world.converts()
    world.channels["shop"] = shop(mapping=LOUD)
    (change,) = (await plan(desk(world), world.all()[0], Meant())).changes
    assert change.difference.how is How.CHANGED
    assert change.difference.order_id == "shop.mine.1"
    assert change.difference.lines == ('note: "a" → "A"',)
    assert len(world.records("intake.raw.mine")) == 1


async def test_only_what_differs_is_told_again(world: World) -> None:
    """Under an id of its own, once, however often the same replay is sent."""
    world.send(order(1, note="a"), order(2))
    await world.converts()
    world.channels["shop"] = shop(mapping=LOUD)
    made = await plan(desk(world), world.all()[0], Meant())
    assert await replay(desk(world), made) == 1
    assert await replay(desk(world), made) == 1
    await world.converts()
    first, again = (one for one in world.told() if one.data["note"] is not None)
    assert (first.data["note"], again.data["note"]) == ("a", "A")
    assert again.data["via"] == "replay"
    assert first.id != again.id
    assert len(world.told()) == 3
    made = await plan(desk(world), world.all()[0], Meant())
    assert made.sending == 0


async def test_what_was_parked_is_told_once_the_mapping_knows_it(
    world: World,
) -> None:
    """A kind of message that nobody knew has become one."""
    world.send({"kind": "fresh", "id": "1", "event": "f"})
    await world.converts()
    assert len(world.parked()) == 1
    definition = DEFINITION.replace("  ping: ignore\n", "  fresh: whole\n")
    world.channels["shop"] = shop(definition)
    made = await plan(desk(world), world.all()[0], Meant())
    assert [one.difference.how for one in made.changes] == [How.NEW]
    await replay(desk(world), made)
    await world.converts()
    assert [one.type for one in world.told()] == ["intake.order_changed"]


async def test_an_older_version_is_not_told_again(world: World) -> None:
    """The newest wins, in a replay too."""
    world.send(order(1, event="a", version="1", note="a"))
    world.send(order(1, event="b", version="2", note="b"))
    await world.converts()
    world.channels["shop"] = shop(mapping=LOUD)
    made = await plan(desk(world), world.all()[0], Meant())
    assert made.sending == 2
    await replay(desk(world), made)
    await world.converts()
    assert world.notes() == ["a", "b", "B"]


async def test_some_are_meant(world: World) -> None:
    """By id or place, or the last so many."""
    raws = [world.send(order(n, note="a")) for n in range(3)]
    await world.converts()
    world.channels["shop"] = shop(mapping=LOUD)
    source = world.all()[0]
    by_id = await plan(desk(world), source, Meant(ids=frozenset({raws[1].id})))
    assert [one.difference.order_id for one in by_id.changes] == ["shop.mine.1"]
    last = await plan(desk(world), source, Meant(last=2))
    assert [one.difference.order_id for one in last.changes] == [
        "shop.mine.1",
        "shop.mine.2",
    ]


async def test_what_is_fetched_is_replayed_as_that(world: World) -> None:
    """A document that was fetched has no kind of its own; the replay keeps it."""
    body = b'{"items": [{"id": "1", "version": "3", "note": "a"}]}'
    of = Place("intake.raw.mine", 0, 0)
    world.send_bytes(body, via="fetch", of=of)
    await world.converts()
    assert world.notes() == ["a"]
    world.channels["shop"] = shop(mapping=LOUD)
    made = await plan(desk(world), world.all()[0], Meant())
    await replay(desk(world), made)
    await world.converts()
    assert world.notes() == ["a", "A"]


async def test_two_versions_of_a_channel_are_compared_over_what_is_stored(
    world: World,
) -> None:
    """Which orders, and how; the last so many submissions."""
    world.send(order(1, note="a"))
    world.send(order(2))
    old, new = shop(), shop(mapping=LOUD)
    found = await of_stored(desk(world), old, new, world.all()[0], 10)
    assert (found.looked_at, found.same) == (2, 1)
    ((where, difference),) = found.changes
    assert where.startswith("intake.raw.mine/")
    assert difference.lines == ('note: "a" → "A"',)
    assert of_samples(old, new, []).looked_at == 0


async def test_a_submission_is_shown_with_what_became_of_it(world: World) -> None:
    """Found by its id or its place; its secrets are covered."""
    first = world.send(order(1, note="a", apikey="t0ps3cret"))
    second = world.send(order(1, note="b"))
    await world.converts()
    one = await submission_at(desk(world), first.id)
    assert one is not None
    shown = await show(desk(world), one)
    assert [part["became"] for part in shown.parts] == ["told"]
    assert "t0ps3cret" not in shown.body
    assert '"note": "a"' in shown.body
    place = str(shown.head["place"])
    by_place = await submission_at(desk(world), place)
    assert by_place is not None
    assert by_place.raw.id == first.id
    other = await submission_at(desk(world), second.id)
    assert other is not None
    parts = (await show(desk(world), other)).parts
    assert parts[0]["became"] == f"repeat of {place}#0, which was told"
    assert await submission_at(desk(world), "intake.raw.mine/0/99") is None
    assert await submission_at(desk(world), "nobody") is None


def test_a_body_is_shown_exactly_and_covered() -> None:
    """Numbers keep their digits; cards and passwords are covered; long ones are cut."""
    text = body_text(b'{"total": 19.90, "id": 820982911946154508, "password": "x"}')
    assert '"total": 19.90' in text
    assert "820982911946154508" in text
    assert '"x"' not in text
    assert "4111" not in body_text(b"card 4111 1111 1111 1111 of")
    assert "4111 1111 1111 1112" in body_text(b"no card 4111 1111 1111 1112")
    assert body_text(b"\xff\x00") == "\ufffd\x00"
    assert body_text(b"x" * 30_000).endswith("10,000 characters more")
