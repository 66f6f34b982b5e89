"""Edits of payloads: written once whatever happens, the original kept."""

from dataclasses import replace as changed

import pytest

from bus.delivery.delivery import Reason
from bus.delivery.headers import read_state
from bus.delivery.marks import Edit, Fate, mark, read_mark
from bus.errors import ConflictError, InvalidEventError
from bus.event import Event
from bus.record import Record
from processors.redrive.edits import Desk, Payload, can_edit, replace_letter
from processors.redrive.known_letters import KnownLetters
from processors.redrive.letters import Letter, Wanted, read_letters
from processors.redrive.replacing import Replaced, digest
from processors.subscriptions.world import World
from tests.support.edits import (
    EVENT,
    SAID,
    decoded,
    edit_item,
    fates,
    payload,
    put_aside,
    writer,
)
from tests.support.past import Past
from tests.support.worlds import Worlds

RETRY = "bus.retry.acme.1s"


@pytest.fixture
async def world(past: Past) -> World:
    """With one record in quarantine."""
    await put_aside(past.world, *SAID)
    return past.world


async def test_a_quarantined_record_goes_where_it_would_have_gone(
    world: World, worlds: Worlds
) -> None:
    """On its source topic, with its identity, and headers that say what it is."""
    done = await edit_item(world, payload(order_id="SO-9"))
    (record,) = worlds.records("oms.order")
    event = await decoded(world, record)
    assert (event.id, event.source, event.subject) == ("PAY-7", "/erp", "SO-9")
    assert (record.key, done.event_id) == (b"SO-9", event.webhook_id)
    headers = dict(record.headers)
    assert headers["orderbus-edited-of"] == b"oms.order/0/7"
    assert headers["orderbus-edited-by"] == b"cli:ada"
    assert headers["orderbus-edited-at"]
    assert done.to == f"oms.order/{record.partition}/{record.offset}"
    assert await fates(world) == ["replaced"]
    kept = [r for r in worlds.records("bus.quarantine") if r.value is not None]
    assert [r.value for r in kept] == [b"junk"]


async def test_the_audit_has_who_and_both_digests(world: World, worlds: Worlds) -> None:
    """And where both stand."""
    done = await edit_item(world, payload())
    (change,) = [c for c in worlds.audited() if c.action == "edit"]
    assert change.before == {"place": "oms.order/0/7", "sha256": digest(b"junk")}
    (record,) = worlds.records("oms.order")
    assert change.after == {
        "place": done.to,
        "sha256": digest(record.value),
        "by": "cli:ada",
    }
    assert change.actor == "cli:ada"


async def test_twice_asked_once_published(world: World, worlds: Worlds) -> None:
    """The second answer is the first; another edit is refused, and says why."""
    first = await edit_item(world, payload())
    again = await edit_item(world, payload())
    assert again == first._replace(already=True)
    assert len(worlds.records("oms.order")) == 1
    with pytest.raises(ConflictError, match=f"another edit: by {first.to}"):
        await edit_item(world, payload(order_id="SO-9"))


async def test_a_dry_run_writes_nothing(world: World, worlds: Worlds) -> None:
    """It says what would be."""
    done = await edit_item(world, payload(), dry_run=True)
    assert (done.to, done.type) == ("", "order.created")
    assert worlds.records("oms.order") == []
    assert await fates(world) == ["pending"]


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (Payload({"order_id": 5}), "order_id"),
        (Payload({}, "order.creatd"), "type"),
        (payload(shade="blue"), "shade"),
    ],
)
async def test_what_does_not_match_its_schema(
    world: World, worlds: Worlds, what: Payload, field: str
) -> None:
    """The field is named; nothing is written, nothing marked."""
    with pytest.raises(InvalidEventError) as caught:
        await edit_item(world, what)
    assert caught.value.field == field
    assert worlds.records("oms.order") == []
    assert await fates(world) == ["pending"]


async def test_a_record_that_says_nothing_of_itself(past: Past) -> None:
    """Its type has to be said; its id is the one that would have been made up."""
    await put_aside(past.world)
    with pytest.raises(InvalidEventError, match="type"):
        await edit_item(past.world, payload())
    done = await edit_item(past.world, changed(payload(), type="order.created"))
    assert done.type == "order.created"
    again = await edit_item(past.world, changed(payload(), type="order.created"))
    assert again.already


async def test_put_aside_twice_published_once(past: Past, worlds: Worlds) -> None:
    """After a crash of fanout the same record may stand there twice."""
    await put_aside(past.world, *SAID, count=2)
    await edit_item(past.world, payload())
    assert await fates(past.world) == ["replaced", "replaced"]
    assert (await edit_item(past.world, payload())).already
    assert len(worlds.records("oms.order")) == 1


# --- dead letters


async def letters_of(past: Past, event: Event) -> list[Letter]:
    """Of acme's subscription."""
    meant = Wanted(events=[event.webhook_id])
    return [
        letter
        async for batch in read_letters(past.world, "acme", meant)
        for letter in batch
    ]


async def edit_letter(past: Past, what: Payload, event: Event = EVENT) -> Replaced:
    """Edit the letter of an event."""
    one = past.world.table.get("acme")
    assert one is not None
    letters = await letters_of(past, event)
    desk = Desk(past.world, writer(past.world), KnownLetters())
    return await replace_letter(desk, one, letters, what)


async def test_a_refused_letter_goes_to_its_subscription_only(
    past: Past, worlds: Worlds
) -> None:
    """From its first tier on, the same event with other data; the others have it."""
    await past.subscribe()
    await past.subscribe("other")
    record = await past.produce(EVENT)
    at = await past.die("acme", EVENT, record, reason=Reason.REFUSED)
    what = payload(purchase_order="edited")
    done = await edit_letter(past, what)
    (hop,) = worlds.records(RETRY)
    state = read_state(hop)
    assert (state.subscription, state.replay, state.attempts) == ("acme", 1, 0)
    event = await decoded(past.world, hop)
    assert event.webhook_id == EVENT.webhook_id
    assert event.data["purchase_order"] == "edited"
    assert dict(hop.headers)["orderbus-edited-of"].decode() == done.of
    assert done.of == f"{at.topic}/{at.partition}/{at.offset}"
    assert done.before == digest(record.value)
    assert len(worlds.records("oms.order")) == 1
    assert worlds.records("bus.retry.other.1s") == []
    (letter,) = await letters_of(past, EVENT)
    assert letter.fate is Fate.REPLACED
    assert not can_edit(letter)


async def test_a_letter_edited_twice_is_sent_once(past: Past, worlds: Worlds) -> None:
    """Even if the edited one was refused meanwhile, and is a dead letter itself."""
    await past.subscribe()
    record = await past.produce(EVENT)
    await past.die("acme", EVENT, record, reason=Reason.REFUSED)
    first = await edit_letter(past, payload(purchase_order="edited"))
    await past.die("acme", EVENT, record, reason=Reason.REFUSED, replay=1)
    again = await edit_letter(past, payload(purchase_order="edited"))
    assert again == first._replace(already=True)
    assert len(worlds.records(RETRY)) == 1
    other = await edit_letter(past, payload(purchase_order="once more"))
    assert not other.already
    assert len(worlds.records(RETRY)) == 2


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (payload(order_id="SO-9"), "expected SO-"),
        (changed(payload(), type="order.cancelled"), "expected order.created"),
    ],
)
async def test_a_letter_stays_what_it_is(past: Past, what: Payload, why: str) -> None:
    """Neither another order nor another type."""
    await past.subscribe()
    await past.die("acme", EVENT, await past.produce(EVENT), reason=Reason.REFUSED)
    with pytest.raises(InvalidEventError, match=why):
        await edit_letter(past, what)


async def test_what_was_not_refused_is_replayed(past: Past) -> None:
    """Its payload is not at fault."""
    await past.subscribe()
    await past.die("acme", EVENT, await past.produce(EVENT), reason=Reason.EXHAUSTED)
    with pytest.raises(ConflictError, match="replay it as it is"):
        await edit_letter(past, payload())


def test_a_mark_keeps_its_edit() -> None:
    """What is written is read again."""
    edit = Edit("t", "d", "oms.order/0/1")
    letter = Record("bus.dlq.acme", 2, 5, 0, b"k", b"v")
    message = mark(letter, Fate.REPLACED, edit)
    found = read_mark(Record(message.topic, 2, 6, 9, b"k", None, message.headers))
    assert found is not None
    assert found.edit == edit
