"""Small dead letters: fetched from where they say, or said to be gone."""

from dataclasses import replace

import pytest

from bus.delivery.delivery import Delivery, Reason, origin_of
from bus.delivery.headers import event_headers, hop_headers, read_state
from bus.delivery.marks import Fate
from bus.delivery.small import small
from bus.delivery.subscription import Subscription
from bus.event import Event
from bus.record import Message, Record, TopicPartition
from processors.redrive.backfill import Span, deliver
from processors.redrive.inspecting import all_of
from processors.redrive.letters import Letter, Wanted, read_letters
from processors.redrive.quarantine import WantedItems, read_items
from processors.redrive.release import Release
from processors.redrive.replaying import Replayed, plan, replay
from tests.support.past import Past
from tests.support.worlds import Worlds

TIER, DLQ = "bus.retry.acme.1s", "bus.dlq.acme"


def limit(worlds: Worlds, topic: str, most: int) -> None:
    """Have a topic take records up to so many bytes."""
    state = worlds.broker.topics[topic]
    worlds.broker.change(replace(state, config={"max.message.bytes": str(most)}))


async def die_small(past: Past, event: Event, record: Record) -> None:
    """Leave a small dead letter of acme's, as a worker does."""
    headers = hop_headers(
        Delivery("acme", event, record, origin_of(record, past.now_ms)),
        attempts=1,
        tier=None,
        reason=Reason.UNWRITABLE,
        detail="too large",
        at_ms=past.now_ms,
    )
    whole = Message(DLQ, record.key, record.value, headers)
    letter = small(whole, record, event_headers(event), "too large")
    await past.world.publisher.publish(letter)


async def letters_of(past: Past) -> list[Letter]:
    """Acme's dead letters."""
    found = read_letters(past.world, "acme", Wanted())
    return [letter async for batch in found for letter in batch]


async def replay_all(past: Past, acme: Subscription) -> Replayed:
    """Replay what is pending."""
    letters = read_letters(past.world, "acme", Wanted(fates=[Fate.PENDING]))
    return await replay(past.world, acme, letters, lambda _: None)


async def test_is_listed_like_any_other(past: Past) -> None:
    """By its event's id, type and order, with the place of its record."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    await die_small(past, event, record)
    (letter,) = await letters_of(past)
    found = (letter.event_id, letter.event_type, letter.order_id, letter.reason)
    assert found == (event.id, event.type, event.subject, "unwritable")
    assert letter.elsewhere is not None
    assert letter.elsewhere[:3] == record[:3]
    assert not letter.problem
    planned = await plan(read_letters(past.world, "acme", Wanted()))
    assert (planned.pending, planned.damaged) == (1, 0)


async def test_is_fetched_and_delivered_whole(past: Past) -> None:
    """The record's own bytes and headers, once, with the same event."""
    acme = await past.subscribe()
    life = await past.order()
    for event, record in life:
        await die_small(past, event, record)
    assert await replay_all(past, acme) == Replayed(sent=len(life))
    sent = await past.records(TIER)
    assert [r.value for r in sent] == [record.value for _, record in life]
    for hop, (_, record) in zip(sent, life, strict=True):
        assert hop.headers[: len(record.headers)] == record.headers
        state = read_state(hop)
        assert (state.attempts, state.replay, state.reason) == (0, 1, None)
        assert state.origin[:3] == record[:3]
    assert await replay_all(past, acme) == Replayed()


@pytest.mark.parametrize("how", ["expired", "made anew"])
async def test_what_is_gone_is_said_to_be(past: Past, worlds: Worlds, how: str) -> None:
    """Deleted, or another record at the same place: not sent, still pending."""
    acme = await past.subscribe()
    (event, record), (_, other), *_ = await past.order()
    if how == "made anew":
        record = record._replace(offset=other.offset, partition=other.partition)
    await die_small(past, event, record)
    if how == "expired":
        tp = TopicPartition(record.topic, record.partition)
        worlds.broker.log(tp).trim(record.offset + 1)
    named = {str(event.id): "its content is not there any more"}
    assert await replay_all(past, acme) == Replayed(gone=1, named=named)
    assert await past.records(TIER) == []
    assert [letter.fate for letter in await letters_of(past)] == [Fate.PENDING]


async def test_what_still_does_not_fit_stays_pending(
    past: Past, worlds: Worlds
) -> None:
    """The others go; after the limit was raised, it goes too."""
    acme = await past.subscribe()
    life = await past.order()
    for event, record in life:
        await die_small(past, event, record)
    sizes = sorted(len(record.value or b"") for _, record in life)
    limit(worlds, TIER, 1)
    done = await replay_all(past, acme)
    assert (done.sent, done.refused) == (0, len(sizes))
    assert "bus.retry.acme.1s: above 1 bytes" in done.why
    limit(worlds, TIER, 1_000_000)
    assert (await replay_all(past, acme)).sent == len(life)


async def test_a_backfill_leaves_small_letters(past: Past, worlds: Worlds) -> None:
    """What no tier takes stops nothing, and can be replayed later."""
    acme = await past.subscribe(types=["*"])
    life = await past.order()
    largest = max(life, key=lambda pair: _hop_bytes(pair[1]))
    limit(worlds, TIER, _hop_bytes(largest[1]) + 150)
    span = Span(since_ms=0, until_ms=past.now_ms + 1)
    found = await deliver(past.world, acme, span, lambda _: None)
    sent = await past.records(TIER)
    assert 1 <= found.refused == found.wanted - len(sent) < len(life)
    letters = await letters_of(past)
    assert largest[0].id in {letter.event_id for letter in letters}
    assert len(letters) == found.refused
    limit(worlds, TIER, 1_000_000)
    assert (await replay_all(past, acme)).sent == found.refused


def _hop_bytes(record: Record) -> int:
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


async def test_is_shown_with_the_content_of_its_record(past: Past) -> None:
    """Fetched for the eye as for a replay; with the place, the size and why."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    await die_small(past, event, record)
    (shown,) = await all_of(past.world, "acme", event.id)
    assert shown["body_at"] == f"{record.topic}/{record.partition}/{record.offset}"
    assert shown["body_bytes"] == len(record.value or b"")
    assert shown["body_why"] == "too large"
    assert shown["event"]


async def test_a_tombstone_cannot_say_where_its_body_stands(past: Past) -> None:
    """A producer that forges it has nobody's event delivered again by a release."""
    await past.subscribe()
    (_, record), *_ = await past.order()
    forged = small(
        Message("oms.order", b"k", record.value, ()), record, (), "trust me"
    ).headers
    place = b"oms.order/0/99"
    said = (("bus-quarantine-reason", b"no value"), ("bus-quarantine-origin", place))
    put_aside = Message("bus.quarantine", b"k", None, (*forged, *said))
    await past.world.publisher.publish(put_aside)
    found = read_items(past.world, WantedItems())
    done = await Release(past.world).run(found, lambda _: None)
    assert (done.pending, done.released) == (1, 0)
    assert dict(done.stuck) == {"no_value": 1}
    assert await past.records(TIER) == []
