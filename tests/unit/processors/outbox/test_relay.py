"""The relay on an outbox and a broker in memory."""

from collections.abc import AsyncIterator

import pytest

from bus.adapters.memory import Fault
from bus.outbox.rows import Entry
from processors.outbox.relay import RelayPolicy
from processors.telemetry import outbox_names as names
from tests.support.outboxes import MOST_BYTES, OutboxWorld


@pytest.fixture
async def world() -> AsyncIterator[OutboxWorld]:
    """An empty outbox, nobody relays."""
    world = OutboxWorld()
    yield world
    await world.close()


async def test_what_is_committed_is_published_soon(world: OutboxWorld) -> None:
    """Within a poll, each once, in order; and it is written down."""
    running = world.run()
    await world.go_on(1)
    for number in range(20):
        world.add(f"SO-{number % 3}", str(number))
    await world.go_on(0.2)
    assert sorted(world.ids(), key=int) == [str(n) for n in range(20)]
    for order in range(3):
        assert world.ids(f"SO-{order}") == [str(n) for n in range(order, 20, 3)]
    assert all(kept.done_at for kept in world.table.rows)
    measured = [m for m in running.observer.measures if m[0] == names.PUBLISHED]
    assert len(measured) == 20


async def test_a_late_commit_is_not_skipped(world: OutboxWorld) -> None:
    """A transaction that began before others and committed after them, in any order."""
    world.run()
    early = world.table.number()
    world.add("SO-1", "later")
    await world.go_on(1)
    world.table.add(world.entry("SO-2", "early"), early)
    await world.go_on(1)
    assert world.ids() == ["later", "early"]


async def test_poison_stops_its_order_alone(world: OutboxWorld) -> None:
    """It is told with the reason; what comes after it waits until somebody decides."""
    running = world.run()
    number = world.poison("SO-1", "poison")
    world.add("SO-1", "behind")
    world.add("SO-2", "other")
    await world.go_on()
    assert world.ids() == ["other"]
    (told,) = running.notes(names.REFUSED_ROW)
    assert (told["number"], told["order"]) == (number, "SO-1")
    assert "order_id" in str(told["why"])
    assert running.relay.refused() == (
        "1 refused, 1 wait behind them: bus outbox status"
    )
    await running.store.discard([number], world.now())
    await world.go_on()
    assert world.ids() == ["other", "behind"]
    assert running.relay.refused() is None


async def test_poison_can_be_passed(world: OutboxWorld) -> None:
    """If the operator prefers that."""
    world.policy = RelayPolicy(waits=False)
    world.run()
    world.poison("SO-1", "poison")
    world.add("SO-1", "behind")
    await world.go_on()
    assert world.ids() == ["behind"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Entry("a", "order.unknown", "/oms", "SO-1", "{}", None), "no event type"),
        (Entry("a", "order.made", "/oms", "SO-1", "[", None), "no JSON"),
        (Entry("a b", "order.made", "/oms", "SO-1", "", None), "no JSON"),
        (Entry("a", "order.made", "/oms", "SO-1", "\ud800", None), "UTF-8"),
    ],
)
async def test_what_others_insert_is_checked(
    world: OutboxWorld, bad: Entry, why: str
) -> None:
    """Whatever stands in a row, it ends with that row."""
    running = world.run()
    world.table.add(bad)
    world.add("SO-2", "fine")
    await world.go_on()
    assert world.ids() == ["fine"]
    (row,) = (await running.store.look(9)).refused
    assert why in row.why


async def test_what_its_topic_never_takes_is_refused(world: OutboxWorld) -> None:
    """Too large for the topic, which only the broker can tell."""
    running = world.run()
    world.table.add(world.entry("SO-1", "large", note="x" * MOST_BYTES))
    world.add("SO-1", "behind")
    await world.go_on()
    (row,) = (await running.store.look(9)).refused
    assert f"above {MOST_BYTES} bytes" in row.why
    assert world.ids() == []


async def test_a_missing_topic_holds_its_events_alone(world: OutboxWorld) -> None:
    """However many there are: nothing is refused, others flow, and it is told once."""
    world.broker.delete("oms.payment")
    world.policy = RelayPolicy(batch=5)
    running = world.run()
    for number in range(20):
        world.add(f"SO-{number}", f"p{number}", "payment.taken")
    world.add("SO-3", "behind")
    world.add("SO-99", "free")
    await world.go_on(60)
    assert world.ids() == ["free"]
    assert len(running.notes(names.HELD)) == 1
    assert "no such topic" in str(running.relay.holds())
    world.make("oms.payment")
    await world.go_on(60)
    assert len(world.ids()) == 22
    assert world.ids("SO-3") == ["p3", "behind"]
    assert running.relay.holds() is None
    assert len(running.notes(names.FREED)) == 1


async def test_a_registry_that_is_away_is_waited_for(world: OutboxWorld) -> None:
    """Nothing is refused for it."""
    world.registry.answering = False
    running = world.run()
    world.add("SO-1", "1")
    await world.go_on(120)
    assert world.ids() == []
    world.registry.answering = True
    await world.go_on()
    assert world.ids() == ["1"]
    assert not running.notes(names.REFUSED_ROW)


async def test_a_lost_acknowledgement_repeats_the_event(world: OutboxWorld) -> None:
    """Under its id, before anything else of its order."""
    world.faults = [Fault.LOSE_ACK]
    world.run()
    world.add("SO-1", "1")
    world.add("SO-1", "2")
    await world.go_on()
    assert world.ids() == ["1", "1", "2"]


async def test_a_broker_that_is_away_is_waited_for(world: OutboxWorld) -> None:
    """Nothing lost, nothing twice."""
    world.run()
    await world.go_on()
    world.broker.down()
    world.add("SO-1", "1")
    world.add("SO-1", "2")
    await world.go_on(120)
    world.broker.up()
    await world.go_on()
    assert world.ids() == ["1", "2"]


async def test_a_database_that_is_away_is_waited_for(world: OutboxWorld) -> None:
    """It is told once, asked ever less often, and used again when it is back."""
    running = world.run()
    await world.go_on()
    running.store.away = "connection refused"
    world.add("SO-1", "1")
    await world.go_on(120)
    assert "connection refused" in str(running.relay.away())
    assert running.observer.read(names.REACHABLE) == {"": 0}
    running.store.away = ""
    await world.go_on()
    assert world.ids() == ["1"]
    assert running.relay.away() is None
    assert len(running.notes(names.AWAY)) == len(running.notes(names.BACK)) == 1


async def test_what_could_not_be_written_down_is_not_sent_again(
    world: OutboxWorld,
) -> None:
    """As long as the relay lives: it knows what it has published."""
    running = world.run()
    await world.go_on()
    world.broker.down()
    world.add("SO-1", "1")
    await world.go_on(1)
    running.store.away = "connection refused"
    world.broker.up()
    await world.go_on()
    running.store.away = ""
    await world.go_on()
    assert world.ids() == ["1"]
    assert all(kept.done_at for kept in world.table.rows)


async def test_a_killed_relay_repeats_only_what_was_under_way(
    world: OutboxWorld,
) -> None:
    """What was published and not written down, with the same ids."""
    running = world.run()
    world.add("SO-1", "1")
    await world.go_on()
    running.store.away = "connection refused"
    world.add("SO-1", "2")
    world.add("SO-1", "3")
    running.store.away = ""
    world.broker.down()
    await world.go_on(0.1)
    await running.kill()
    world.broker.up()
    world.run()
    await world.go_on()
    assert world.ids()[0] == "1"
    assert "1" not in world.ids()[1:]
    assert set(world.ids()) == {"1", "2", "3"}


async def test_a_stop_drains(world: OutboxWorld) -> None:
    """What is under way is waited for and written down; nothing new is begun."""
    running = world.run()
    await world.go_on()
    world.broker.down()
    world.add("SO-1", "1")
    await world.go_on(0.2)
    running.relay.stop()
    await world.go_on(0.1)
    assert running.task.done()
    world.add("SO-2", "2")
    world.broker.up()
    await running.relay.drain()
    assert world.ids() == ["1"]
    assert [kept.done_at is not None for kept in world.table.rows] == [True, False]


async def test_one_publishes_and_another_stands_by(world: OutboxWorld) -> None:
    """Until the first one ends."""
    first, second = world.run(), world.run()
    world.add("SO-1", "1")
    await world.go_on()
    assert first.relay.stands_by() is None
    assert second.relay.stands_by() is not None
    assert second.observer.read(names.LEADING) == {"": 0}
    await first.kill()
    world.add("SO-1", "2")
    await world.go_on()
    assert world.ids() == ["1", "2"]
    assert [name for name, _ in second.observer.notes] == [
        names.STANDS_BY,
        names.LEADS,
    ]


async def test_published_rows_are_removed_in_time(world: OutboxWorld) -> None:
    """When they are old enough; not what waits, and not what was refused."""
    world.policy = RelayPolicy(keep_s=100)
    world.run()
    world.add("SO-1", "1")
    world.poison("SO-2", "2")
    await world.go_on(60)
    assert len(world.table.rows) == 2
    await world.go_on(120)
    assert [kept.row.entry.event_id for kept in world.table.rows] == ["2"]


async def test_the_gauges_tell_what_waits(world: OutboxWorld) -> None:
    """By state, and how old the oldest is that should flow."""
    running = world.run()
    world.poison("SO-1", "1")
    world.add("SO-1", "2")
    await world.go_on()
    world.broker.down()
    world.add("SO-2", "3")
    await world.go_on(60)
    assert running.observer.read(names.ROWS) == {
        "pending": 1,
        "behind": 1,
        "refused": 1,
    }
    assert 55 <= running.observer.read(names.OLDEST)[""] <= 61


async def test_rows_under_way_are_counted(world: OutboxWorld) -> None:
    """What a stop waits for: fetched, and not written down yet."""
    running = world.run()
    await world.go_on(1)
    world.broker.down()
    for number in range(3):
        world.add(f"SO-{number}", str(number))
    await world.go_on(1)
    assert running.observer.read(names.IN_FLIGHT) == {"": 3.0}
    world.broker.up()
    await world.go_on(1)
    assert running.observer.read(names.IN_FLIGHT) == {"": 0.0}
