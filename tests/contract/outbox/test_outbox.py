"""What a relay may rely on, whatever the database."""

from datetime import UTC, datetime, timedelta

from bus.outbox.rows import OutboxRow, Published, Refused
from bus.outbox.store import OutboxStore
from tests.contract.outbox.conftest import World, entry

NOW = datetime.now(UTC)


async def ids(store: OutboxStore, most: int = 100, **given: list[str]) -> list[str]:
    """The ids of the rows to be published next."""
    return [row.entry.event_id for row in await rows(store, most, **given)]


async def rows(
    store: OutboxStore, most: int = 100, **given: list[str]
) -> list[OutboxRow]:
    """The rows to be published next."""
    return list(await store.fetch(most, given.get("busy", []), given.get("held", [])))


async def test_what_is_added_comes_whole_and_in_order(world: World) -> None:
    """By number, as it was added, at most so many; again, until it is settled."""
    store = world.store()
    first = entry("SO-1", "ä")._replace(data='{"a": "\\u0000é"}', traceparent="00-1")
    world.add(first)
    world.add(entry("SO-2", "2"))
    world.add(entry("SO-1", "3"))
    found = await rows(store)
    assert found[0].entry == first
    assert [row.entry.event_id for row in found] == ["ä", "2", "3"]
    assert sorted({row.number for row in found}) == [row.number for row in found]
    assert abs(found[0].added_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert await ids(store, 2) == ["ä", "2"]


async def test_what_is_published_does_not_come_again(world: World) -> None:
    """Whoever asks; writing it down twice changes nothing."""
    store = world.store()
    world.add(entry("SO-1", "1"))
    world.add(entry("SO-1", "2"))
    (row, _) = await rows(store)
    await store.settle([Published(row.number)], NOW)
    await store.settle([Published(row.number), Refused(row.number, "late")], NOW)
    assert await ids(store) == ["2"]
    assert (await world.store().look(9)).kept == 1
    assert (await store.backlog()).refused == 0


async def test_rows_of_busy_orders_stay(world: World) -> None:
    """All of them; other orders come."""
    store = world.store()
    for order_id, event_id in (("SO-1", "1"), ("SO-2", "2"), ("SO-1", "3")):
        world.add(entry(order_id, event_id))
    assert await ids(store, busy=["SO-1", "SO-9"]) == ["2"]


async def test_a_held_type_holds_its_orders_from_there_on(world: World) -> None:
    """What came before it in its order does not wait; what comes after it does."""
    store = world.store()
    world.add(entry("SO-1", "1"))
    world.add(entry("SO-1", "2", "payment.x"))
    world.add(entry("SO-1", "3"))
    world.add(entry("SO-2", "4"))
    assert await ids(store, held=["payment.x"]) == ["1", "4"]
    assert await ids(store, 2, held=["payment.x"]) == ["1", "4"]
    assert await ids(store) == ["1", "2", "3", "4"]


async def test_an_order_waits_behind_a_refused_row(world: World) -> None:
    """Others do not; it is told with its reason and how many wait."""
    store = world.store()
    for order_id, event_id in (("SO-1", "1"), ("SO-2", "2"), ("SO-1", "3")):
        world.add(entry(order_id, event_id))
    (row, *_) = await rows(store)
    await store.settle([Refused(row.number, "too\0large")], NOW)
    assert await ids(store) == ["2"]
    seen = await store.look(9)
    assert [(r.number, r.order_id, r.event_id) for r in seen.refused] == [
        (row.number, "SO-1", "1")
    ]
    assert seen.refused[0].why.startswith("too")
    assert seen.refused[0].behind == 1
    backlog = seen.backlog
    assert (backlog.pending, backlog.behind, backlog.refused) == (2, 1, 1)
    assert backlog.oldest is not None


async def test_an_order_passes_a_refused_row_if_told_to(world: World) -> None:
    """Then only the row itself waits."""
    store = world.store(waits=False)
    world.add(entry("SO-1", "1"))
    world.add(entry("SO-1", "2"))
    (row, _) = await rows(store)
    await store.settle([Refused(row.number, "no")], NOW)
    assert await ids(store) == ["2"]


async def test_a_refused_row_is_tried_again(world: World) -> None:
    """If somebody says so, before those that wait for it; unknown numbers are none."""
    store = world.store()
    world.add(entry("SO-1", "1"))
    world.add(entry("SO-1", "2"))
    (row, later) = await rows(store)
    await store.settle([Refused(row.number, "no")], NOW)
    assert await store.retry([later.number, 4711]) == 0
    assert await store.retry([row.number]) == 1
    assert await ids(store) == ["1", "2"]
    await store.settle([Refused(row.number, "no")], NOW)
    assert await store.retry(None) == 1
    assert await store.retry(None) == 0


async def test_a_refused_row_is_given_up(world: World) -> None:
    """It never comes again, and its order goes on; nothing else can be given up."""
    store = world.store()
    world.add(entry("SO-1", "1"))
    world.add(entry("SO-1", "2"))
    (row, later) = await rows(store)
    await store.settle([Refused(row.number, "no")], NOW)
    assert await store.discard([row.number, later.number], NOW) == 1
    assert await ids(store) == ["2"]
    assert await store.retry(None) == 0
    assert (await store.backlog()).refused == 0


async def test_only_what_is_done_with_for_long_is_removed(world: World) -> None:
    """Never what waits or is refused; what is left has its old number."""
    store = world.store()
    for number in range(4):
        world.add(entry(f"SO-{number}", str(number)))
    first, second, third, last = await rows(store)
    await store.settle([Published(first.number)], NOW - timedelta(days=2))
    await store.settle([Published(second.number)], NOW)
    await store.settle([Refused(third.number, "no")], NOW - timedelta(days=2))
    assert await store.prune(NOW - timedelta(days=1)) == 1
    assert await store.prune(NOW - timedelta(days=1)) == 0
    seen = await store.look(9)
    assert (seen.kept, len(seen.refused)) == (1, 1)
    assert [row.number for row in await rows(store)] == [last.number]


async def test_numbers_are_never_used_again(world: World) -> None:
    """Not even when all rows are gone."""
    store = world.store()
    world.add(entry("SO-1"))
    (row,) = await rows(store)
    await store.settle([Published(row.number)], NOW)
    assert await store.prune(NOW + timedelta(days=1)) == 1
    world.add(entry("SO-1"))
    assert (await rows(store))[0].number > row.number


async def test_one_of_several_leads(world: World) -> None:
    """Until it closes; who only looks can tell whether any does."""
    first, second = world.store(), world.store()
    assert not (await second.look(9)).leader
    assert await first.lead()
    assert await first.lead()
    assert not await second.lead()
    assert (await second.look(9)).leader
    await first.close()
    world.stores.remove(first)
    assert await second.lead()


async def test_an_empty_outbox(world: World) -> None:
    """Nothing of anything."""
    store = world.store()
    assert await ids(store) == []
    await store.settle([], NOW)
    assert await store.prune(NOW) == 0
    backlog = await store.backlog()
    assert (backlog.pending, backlog.oldest) == (0, None)
