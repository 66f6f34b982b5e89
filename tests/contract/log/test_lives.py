"""What befell an event or an order, in one look: as list by list."""

from dataclasses import replace

from bus.log.lives import MOST_EVENTS, MOST_STEPS, LifeQuestion
from bus.log.rows import EventRow
from tests.contract.log.rows import (
    NOW_US,
    SECOND_US,
    AnyLog,
    ack,
    attempt,
    event,
    failed,
    write,
)

_HOUR_US = 3_600 * SECOND_US


async def test_of_an_event_by_either_id(log: AnyLog) -> None:
    """All that befell it, the newest first, and nothing of another one's."""
    ours, other = event(0), event(5, order_id="order-0")
    tries = [failed(0, ours), attempt(1, ours, number=2), attempt(2, ours)]
    acks = [ack(0, ours), ack(1, ours, "shop"), ack(2, other)]
    await write(log, ours, other, *tries, attempt(3, other), *acks)
    life = await log.life(LifeQuestion(event_id=ours.event_id))
    assert life.events == [ours]
    assert life.attempts == tries[::-1]
    assert life.acks == [acks[1], acks[0]]
    assert not life.older_events
    assert not life.older_attempts
    later = NOW_US + SECOND_US
    lately = LifeQuestion(event_id=ours.event_id, since_us=later)
    assert (await log.life(lately)).attempts == tries[:0:-1]


async def test_of_an_id_that_several_gave(log: AnyLog) -> None:
    """Producers may give the same; each event's attempts are told."""
    ids = [f"00000000-0000-5000-8000-00000000000{n}" for n in range(2)]
    several = [event(n, own_id="7", event_id=one) for n, one in enumerate(ids)]
    tries = [attempt(n, of) for n, of in enumerate(several)]
    await write(log, *several, *tries)
    life = await log.life(LifeQuestion(event_id="7"))
    assert life.events == several[::-1]
    assert life.attempts == tries[::-1]


async def test_of_an_order(log: AnyLog) -> None:
    """All of its events, or those since a time, and what befell them."""
    events = [event(n, order_id="order/0") for n in (0, 5, 10)]
    tries = [attempt(n, of) for n, of in enumerate(events)]
    acks = [ack(n, of) for n, of in enumerate(events)]
    await write(log, *events, event(1), *tries, attempt(9, event(1)), *acks)
    life = await log.life(LifeQuestion(order_id="order/0"))
    assert (life.events, life.attempts) == (events[::-1], tries[::-1])
    assert life.acks == acks[::-1]
    later = LifeQuestion(order_id="order/0", since_us=NOW_US + 6 * SECOND_US)
    assert (await log.life(later)).events == [events[2]]


async def test_a_scope_sees_its_own(log: AnyLog) -> None:
    """Who has no attempt of an event sees as little as of one that never was."""
    of = event(0)
    tries = [attempt(0, of), attempt(1, of, subscription="shop")]
    await write(log, of, *tries, ack(0, of), ack(1, of, "shop"))
    none = await log.life(LifeQuestion(event_id="nothing"))
    assert none.read_to_us is not None
    assert not none.events
    for whose in (
        LifeQuestion(event_id=of.event_id),
        LifeQuestion(order_id=of.order_id),
    ):
        mine = await log.life(replace(whose, scope=frozenset({"shop"})))
        assert (mine.events, mine.attempts) == ([of], [tries[1]])
        assert [one.subscription for one in mine.acks] == ["shop"]
        for scope in (frozenset({"b"}), frozenset[str]()):
            assert await log.life(replace(whose, scope=scope)) == none


async def test_before_the_first_look_nothing_is_known(log: AnyLog) -> None:
    """Then Kafka has to be asked."""
    assert (await log.life(LifeQuestion(event_id="1"))).read_to_us is None


async def test_what_is_cut_says_so(log: AnyLog) -> None:
    """The newest events of an order, the newest attempts."""
    events = [event(n, order_id="long") for n in range(MOST_EVENTS + 1)]
    last: EventRow = events[-1]
    tries = [attempt(n, last) for n in range(MOST_STEPS + 1)]
    await write(log, *events, *tries)
    life = await log.life(LifeQuestion(order_id="long"))
    assert life.events == events[:0:-1]
    assert life.attempts == tries[:0:-1]
    assert life.older_events
    assert life.older_attempts


async def test_clocks_may_go_wrong_by_an_hour(log: AnyLog) -> None:
    """An attempt may seem to begin before its event arrived."""
    of = event(0)
    early = attempt(0, of, started_us=NOW_US - _HOUR_US)
    acked = ack(0, of)._replace(arrived_us=NOW_US - _HOUR_US)
    await write(log, of, early, acked)
    life = await log.life(LifeQuestion(event_id=of.event_id))
    assert life.attempts == [early]
    assert life.acks == [acked]
