"""Submissions end as events, repeats, superseded, ignored, parked; never as nothing."""

from dataclasses import replace

import pytest

from bus.adapters.memory import Fault
from bus.errors import Heals, PublishError
from bus.intake.channels.definition import Channel, Section
from bus.intake.findings import Severity
from bus.intake.mapping.lines import Make
from bus.intake.merging.notes import Became
from bus.intake.parked.item import Found, Stage
from bus.intake.verifying.verdict import Reason
from processors.convert.judging import Judged
from processors.telemetry import convert_names as names
from tests.support.bus import wait_until
from tests.support.converting import World, order, shop


@pytest.fixture
def world() -> World:
    """A broker with one source."""
    return World()


async def test_what_is_sent_is_told_and_only_then_settled(world: World) -> None:
    """A submission of two orders ends as two events of the source."""
    world.send(order(1), order(2))
    await world.converts()
    told = world.told()
    assert sorted(str(one.data["order_id"]) for one in told) == [
        "shop.mine.1",
        "shop.mine.2",
    ]
    assert {one.record.key for one in told} == {b"shop.mine.1", b"shop.mine.2"}
    raw = told[0].data["raw"]
    assert isinstance(raw, dict)
    assert raw["topic"] == "intake.raw.mine"
    assert world.unsettled() == 0
    assert world.count(names.CONVERTED, "told") == 2


async def test_a_message_that_comes_again_is_a_repeat(world: World) -> None:
    """The channel's key tells it, whatever else the bytes are; and it is counted."""
    world.send(order(1, note="a"))
    world.send(order(1, note="b"))
    await world.converts()
    assert world.notes() == ["a"]
    assert world.count(names.CONVERTED, "repeat") == 1
    assert world.count(names.REPEATS_BY, "mine") == 1


async def test_twice_in_one_submission_is_told_once(world: World) -> None:
    """A batch that names a message twice has it once."""
    world.send(order(1, note="a"), order(1, note="b"))
    await world.converts()
    assert world.notes() == ["a"]


async def test_after_its_window_a_message_counts_again(world: World) -> None:
    """What a sender may use again after an hour is new after an hour."""
    async with world.running():
        world.send(order(1, note="a"))
        await world.clock.advance(3_500)
        world.send(order(1, note="b"))
        await world.clock.advance(200)
        world.send(order(1, note="c"))
        await world.clock.advance(1)
    assert world.notes() == ["a", "c"]


async def test_another_process_knows_repeats(world: World) -> None:
    """What was told before a restart is known after it."""
    world.send(order(1, note="a"))
    await world.converts()
    world.send(order(1, note="b"))
    await world.converts()
    assert world.notes() == ["a"]


async def test_what_was_noted_before_a_crash_is_told_after_it(world: World) -> None:
    """A note that stands without its event keeps nobody from telling it."""
    world.send(order(1))
    await world.converts()
    written = world.told()
    group = world.broker.group("convert")
    group.positions.clear()  # as if killed before the first commit
    await world.converts()
    assert [one.id for one in world.told()] == [written[0].id] * 2


async def test_an_older_version_is_superseded(world: World) -> None:
    """The newest version of an order wins; the older one is counted and noted."""
    world.send(order(1, event="x", version="7", note="new"))
    world.send(order(1, event="y", version="6", note="old"))
    world.send(order(1, event="z", version="7", note="same"))
    await world.converts()
    assert world.notes() == ["new", "same"]
    assert world.count(names.CONVERTED, "superseded") == 1
    became = [note.became for note in world.remembered()]
    assert became.count(Became.SUPERSEDED) == 1


async def test_facts_are_never_superseded(world: World) -> None:
    """A payment of an older version of the order is a fact all the same."""
    world.send(order(1, version="7"))
    world.send({"kind": "pay", "id": "1", "event": "p", "version": "1"})
    await world.converts()
    types = [one.type for one in world.told()]
    assert types == ["intake.order_received", "intake.payment_reported"]


async def test_a_change_before_its_order_opens_it_in_part(world: World) -> None:
    """What is only a change says that more has to come, and it is fetched."""
    world.send({"kind": "change", "id": "1", "event": "c", "restated": False})
    await world.converts()
    assert world.told()[0].data["completeness"] == "partial"
    assert [ask.url for _, ask in world.asker.asked][:1] == [
        "https://api.shop.example/orders/1"
    ]


async def test_ignored_messages_are_counted(world: World) -> None:
    """What the channel's definition takes no notice of is settled as that."""
    world.send({"kind": "ping", "id": "1", "event": "i"})
    await world.converts()
    assert world.told() == []
    assert world.parked() == []
    assert world.count(names.CONVERTED, "ignored") == 1
    assert world.unsettled() == 0


async def test_poison_is_parked_and_stops_nobody(world: World) -> None:
    """Bytes that are no JSON, a kind nobody knows, no id: parked, each with why."""
    world.send_bytes(b"\xff{")
    world.send({"kind": "alien", "id": "1"})
    world.send({"kind": "order", "event": "e"})
    world.send(order(2))
    await world.converts()
    assert [one.data["order_id"] for one in world.told()] == ["shop.mine.2"]
    found = {one.findings[0].code: one for one in world.parked()}
    assert set(found) == {"unparsable", "unknown_type", "no_identity"}
    assert found["unparsable"].stage is Stage.PARSE
    assert found["unknown_type"].stage is Stage.MAP
    assert found["no_identity"].event_type == "intake.order_received"
    assert world.unsettled() == 0


async def test_the_same_poison_twice_is_parked_once(world: World) -> None:
    """A sender that tries again with the same bytes makes no second item."""
    world.send_bytes(b"{")
    world.send_bytes(b"{")
    await world.converts()
    assert len(world.parked()) == 1


async def test_a_mapping_that_raises_is_parked(world: World) -> None:
    """An error nobody foresaw is the part's own."""
    channel = shop()

    def burst(*_: object) -> object:
        raise ZeroDivisionError

    section = channel.sections["intake.order_received"]
    sections = {**channel.sections, section.name: _with_make(section, burst)}
    world.channels["shop"] = _with_sections(channel, sections)
    world.send(order(1), {"kind": "pay", "id": "2", "event": "p"})
    await world.converts()
    assert [item.findings[0].code for item in world.parked()] == ["unforeseen"]
    assert [one.type for one in world.told()] == ["intake.payment_reported"]


async def test_a_bad_signature_is_parked_and_takes_no_ones_place(
    world: World,
) -> None:
    """A forged message does not make the real one a repeat."""
    world.send(order(1, note="forged"), verdict=Reason.MISMATCH)
    world.send(order(1, note="real"))
    await world.converts()
    assert world.notes() == ["real"]
    (item,) = world.parked()
    assert item.stage is Stage.VERIFY
    assert item.payload is not None
    assert item.payload["note"] == "forged"


class Strict:
    """Rules that hold orders with a note, and flag all others."""

    def judge(self, event: object, *_: object) -> Judged:
        """Park or flag."""
        data = getattr(event, "data")  # noqa: B009 - an event
        held = data.get("note") is not None
        severity = Severity.PARK if held else Severity.FLAG
        found = Found(code="noted", rule="no-notes", severity=severity, text="no")
        return Judged(severity, (found,))


async def test_rules_park_and_flag(world: World) -> None:
    """What a rule holds is parked with what it found; what it flags goes on marked."""
    world.judge = Strict()
    world.send(order(1, note="x"), order(2))
    await world.converts()
    (told,) = world.told()
    findings = told.data["findings"]
    assert isinstance(findings, list)
    assert [found["code"] for found in findings] == ["no-notes"]
    (item,) = world.parked()
    assert (item.stage, item.order_id) == (Stage.RULE, "shop.mine.1")
    assert [one.rule for one in item.findings] == ["no-notes"]


async def test_a_held_version_supersedes_nothing(world: World) -> None:
    """An older version is told while the newer one waits for a decision."""
    world.judge = Strict()
    world.send(order(1, event="x", version="2", note="held"))
    world.send(order(1, event="y", version="1"))
    await world.converts()
    assert [one.data["source_version"] for one in world.told()] == ["1"]


async def test_one_source_never_stops_another(world: World) -> None:
    """A channel that cannot be used holds its own sources, until it can."""
    world.add("other", channel="gone")
    async with world.running() as converter:
        world.send(order(1), source="other")
        world.send(order(2))
        await world.clock.advance(5)
        assert [one.data["order_id"] for one in world.told()] == ["shop.mine.2"]
        assert "intake.raw.other" in str(converter.waiting())
        world.channels["gone"] = shop()
        await world.clock.advance(5)
        assert len(world.told()) == 2
        assert converter.waiting() is None
    assert world.unsettled("other") == 0


async def test_large_submissions_are_converted_aside(world: World) -> None:
    """A file of many orders is told whole and in order, with what comes after it."""
    items = [order(n, note="x" * 400) for n in range(800)]
    async with world.running():
        world.send(*items)
        world.send(order(900))

        async def told() -> bool:  # a thread works on it, in a time of its own
            await world.clock.advance(0.01)
            return len(world.told()) == 801

        await wait_until(told, 20, "801 orders")
    assert len(world.told()) == 801


async def test_orders_keep_their_order(world: World) -> None:
    """Of one order's messages none overtakes another, though writes fail."""
    failing = iter([Fault.REFUSE, None, Fault.REFUSE, Fault.LOSE_ACK] + [None] * 1_000)
    world.broker.faults = lambda message: (
        next(failing) if message.topic == "oms.intake" else None
    )
    for n in range(10):
        world.send(order("one", event=f"e{n}", version=str(n), note=str(n)))
    await world.converts(60)
    notes = world.notes()
    assert list(dict.fromkeys(notes)) == [str(n) for n in range(10)]
    assert notes == sorted(notes, key=int)


async def test_an_event_kafka_never_takes_is_parked(world: World) -> None:
    """Too large for the topic: parked with what Kafka said, and others go on."""
    append = world.broker.append

    def refusing(message: object, *args: object) -> object:
        value = getattr(message, "value", None) or b""
        topic = getattr(message, "topic", "")
        if topic == "oms.intake" and b"huge" in value:
            raise PublishError(topic, "too large", heals=Heals.NOTHING)
        return append(message, *args)  # type: ignore[arg-type]

    world.broker.append = refusing  # type: ignore[method-assign, assignment]
    world.send(order(1, note="huge"), order(2))
    await world.converts()
    assert [one.data["order_id"] for one in world.told()] == ["shop.mine.2"]
    (item,) = world.parked()
    assert [one.code for one in item.findings] == ["not_published"]
    assert world.remembered()[-1].became is Became.PARKED or any(
        note.became is Became.PARKED for note in world.remembered()
    )


def _with_make(section: Section, make: Make) -> Section:
    return replace(section, make=make)


def _with_sections(channel: Channel, sections: dict[str, Section]) -> Channel:
    return replace(channel, sections=sections)
