"""Dead letters: found, sent again once, discarded, never deleted."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bus.adapters.memory.broker import Fault
from bus.delivery.delivery import Reason
from bus.delivery.headers import read_state
from bus.delivery.marks import Fate
from bus.errors import PublishError
from bus.event import Event
from bus.identity import made_up_id, webhook_id
from bus.record import Message, Record
from processors.redrive.letters import Letter, Wanted, dlq_owners, read_letters
from processors.redrive.replaying import discard, plan, replay
from tests.support.past import Past
from tests.support.worlds import Worlds

PENDING = Wanted(fates=[Fate.PENDING])
TIER = "bus.retry.acme.1s"


async def letters_of(past: Past, wanted: Wanted | None = None) -> list[Letter]:
    """The dead letters that are meant."""
    found = read_letters(past.world, "acme", wanted or Wanted())
    return [letter async for batch in found for letter in batch]


async def replay_all(past: Past, wanted: Wanted = PENDING, name: str = "acme") -> int:
    """Replay what is meant."""
    subscription = past.world.table.get(name)
    assert subscription is not None
    letters = read_letters(past.world, name, wanted)
    done = await replay(past.world, subscription, letters, lambda _: None)
    return done.sent


async def dead_order(
    past: Past, ordering: str = "none"
) -> Sequence[tuple[Event, Record]]:
    """An order's life, all of it dead letters of acme."""
    await past.subscribe(ordering=ordering)
    life = await past.order()
    for event, record in life:
        await past.die("acme", event, record)
    return life


async def test_a_replay_begins_anew_with_the_same_event(
    past: Past, worlds: Worlds
) -> None:
    """First tier, no attempt used, same bytes and webhook-id, a fresh age."""
    life = await dead_order(past)
    await worlds.clock.advance(86_400)
    assert await replay_all(past) == len(life)
    sent = await past.records(TIER)
    assert [r.value for r in sent] == [record.value for _, record in life]
    for record, (event, source) in zip(sent, life, strict=True):
        state = read_state(record)
        assert (state.attempts, state.replay, state.tier) == (0, 1, "1s")
        assert state.reason is None
        assert dict(record.headers)["ce_id"].decode() == event.id
        assert state.origin[:3] == source[:3]
        assert state.origin.timestamp_ms == past.now_ms
        assert state.origin.own_ms == source.timestamp_ms


async def test_replaying_twice_delivers_once_more(past: Past) -> None:
    """What was replayed is pending no more; a new failure is a new dead letter."""
    (event, record), *_ = life = await dead_order(past)
    assert await replay_all(past) == len(life)
    assert await replay_all(past) == 0
    assert len(await past.records(TIER)) == len(life)
    await past.die("acme", event, record, replay=1)
    assert await replay_all(past) == 1
    assert read_state((await past.records(TIER))[-1]).replay == 2
    assert {letter.fate for letter in await letters_of(past)} == {Fate.REPLAYED}


async def test_discarded_ones_stay_but_are_not_replayed(past: Past) -> None:
    """Discarding marks and deletes nothing."""
    life = await dead_order(past)
    meant = Wanted(types=["order.created"], fates=[Fate.PENDING])
    letters = read_letters(past.world, "acme", meant)
    assert await discard(past.world, letters, lambda _: None) == 1
    assert await replay_all(past) == len(life) - 1
    found = await letters_of(past)
    assert len(found) == len(life)
    assert [x.event_type for x in found if x.fate is Fate.DISCARDED] == [
        "order.created"
    ]


async def test_planning_writes_nothing(past: Past, worlds: Worlds) -> None:
    """A dry run counts by type and reason."""
    life = await dead_order(past)
    before = len(worlds.records("bus.dlq.acme"))
    found = await plan(read_letters(past.world, "acme", PENDING))
    assert (found.pending, found.damaged) == (len(life), 0)
    assert found.by_reason == {"exhausted": len(life)}
    assert found.by_type["order.created"] == 1
    assert len(worlds.records("bus.dlq.acme")) == before
    assert worlds.records(TIER) == []


async def test_a_failure_leaves_the_rest_pending(past: Past, worlds: Worlds) -> None:
    """What was acknowledged is marked; of an order nothing overtakes the failed one."""
    life = await dead_order(past)
    seen = 0

    def third(message: Message) -> Fault | None:
        nonlocal seen
        seen += message.topic == TIER
        return Fault.REFUSE if message.topic == TIER and seen >= 3 else None

    worlds.broker.faults = third
    with pytest.raises(PublishError):
        await replay_all(past)
    worlds.broker.faults = lambda _: None
    assert len(await past.records(TIER)) == 2
    fates = [letter.fate for letter in await letters_of(past)]
    assert fates == [Fate.REPLAYED] * 2 + [Fate.PENDING] * (len(life) - 2)
    await replay_all(past)
    values = [r.value for r in await past.records(TIER)]
    assert values == [record.value for _, record in life]


async def test_a_lost_mark_repeats_what_was_in_flight(
    past: Past, worlds: Worlds
) -> None:
    """Sent but not marked: sent again, never skipped."""
    life = await dead_order(past)
    worlds.broker.faults = lambda m: Fault.REFUSE if m.value is None else None
    with pytest.raises(PublishError):
        await replay_all(past)
    worlds.broker.faults = lambda _: None
    assert await replay_all(past) == len(life)
    assert len(await past.records(TIER)) == 2 * len(life)


async def test_an_ordered_subscription_keeps_its_order(past: Past) -> None:
    """Its dead letters go into the ordered topic, in their order."""
    life = await dead_order(past, ordering="key")
    assert await replay_all(past) == len(life)
    sent = await past.records("bus.ordered.acme")
    assert [r.value for r in sent] == [record.value for _, record in life]
    assert {read_state(r).replay for r in sent} == {1}


async def test_filters_narrow(past: Past, worlds: Worlds) -> None:
    """By type, order, event, reason and time; each on its own."""
    life = await dead_order(past)
    await worlds.clock.advance(60)
    middle = past.now_ms
    for event, record in await past.order(2):
        await past.die("acme", event, record, reason=Reason.REFUSED)
    first, total = life[0][0], len(await letters_of(past))
    for wanted, expected in (
        (Wanted(orders=[first.subject]), len(life)),
        (Wanted(events=[first.id]), 1),
        (Wanted(reasons=["refused"]), total - len(life)),
        (Wanted(types=["order.created"]), 2),
        (Wanted(types=["payment.*", "order.created"]), None),
        (Wanted(since_ms=middle), total - len(life)),
        (Wanted(until_ms=middle), len(life)),
    ):
        found = await letters_of(past, wanted)
        assert all(wanted.holds(letter) for letter in found)
        assert expected is None or len(found) == expected, wanted


async def test_a_damaged_letter_is_shown_but_not_replayed(past: Past) -> None:
    """It says what is wrong with it, stands in nobody's way, and can be discarded."""
    life = await dead_order(past)
    await past.world.publisher.publish(Message("bus.dlq.acme", b"k", b"junk", ()))
    bad = (await letters_of(past))[-1]
    assert bad.problem == "bus-origin is missing"
    assert bad.event_id == bad.event_type == bad.reason == "?"
    assert await replay_all(past) == len(life)
    (left,) = await letters_of(past, PENDING)
    assert left.record == bad.record
    letters = read_letters(past.world, "acme", PENDING)
    assert await discard(past.world, letters, lambda _: None) == 1


async def test_a_foreign_record_gets_the_id_of_its_origin(past: Past) -> None:
    """Without ce_ headers id and type come from its origin and its schema."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    event = replace(event, id=made_up_id(record))
    await past.die("acme", event, record._replace(headers=()))
    (letter,) = await letters_of(past)
    assert letter.own_id == made_up_id(record)
    assert letter.event_id == webhook_id("/oms.order", letter.own_id)
    assert (letter.event_type, letter.order_id) == ("order.created", event.subject)


async def test_owners_are_all_with_a_topic(past: Past) -> None:
    """Also of a removed subscription the dead letters are found."""
    await past.subscribe()
    await past.subscribe("beta")
    await past.world.writer.remove("beta")
    assert await dlq_owners(past.world) == ["acme", "beta"]


async def test_a_plan_ends_in_time(past: Past) -> None:
    """Who waits for it hears at least how many; nothing is left half read."""

    async def endless() -> AsyncIterator[Sequence[Letter]]:
        async for batch in read_letters(past.world, "acme", PENDING):
            yield batch
        await asyncio.Event().wait()

    life = await dead_order(past)
    found = await plan(endless(), within_s=0.01)
    assert (found.pending, found.complete) == (len(life), False)
    whole = await plan(read_letters(past.world, "acme", PENDING), within_s=60)
    assert whole.complete


async def test_whoever_is_late_in_a_plan_is_heard(past: Past) -> None:
    """A time that ran out elsewhere is not taken for the plan's own."""

    async def late() -> AsyncIterator[Sequence[Letter]]:
        async for batch in read_letters(past.world, "acme", PENDING):
            yield batch
        raise TimeoutError

    await dead_order(past)
    with pytest.raises(TimeoutError):
        await plan(late(), within_s=60)
