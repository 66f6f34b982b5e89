"""Letting quarantined records go, where filters are dear."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from bus.delivery.headers import read_state
from bus.record import Message
from bus.samples.lifecycles import sample
from processors.redrive.item_rows import released_row
from processors.redrive.quarantine import Item, WantedItems, read_items
from processors.redrive.release import Release, count_pending
from tests.support.past import Past
from tests.support.reports import EVENT

DEAR = "|".join(["[@,@][]"] * 14) + " | length(@) > `1`"
ASIDE = (
    ("bus-quarantine-reason", b"first byte is 0x7b, not the 0x00"),
    ("bus-quarantine-origin", b"oms.order/0/7"),
    ("bus-quarantine-origin-ms", b"1000"),
    ("bus-quarantine-at-ms", b"2000"),
)


async def test_a_plan_ends_in_time(past: Past) -> None:
    """Who waits for it hears at least how many, and with what there would be less."""
    await past.subscribe("acme")
    good = await past.produce(sample("order.created", 1, EVENT.time))
    topic = past.world.topology.quarantine
    await past.world.publisher.publish(Message(topic, b"k", good.value, ASIDE))

    async def endless() -> AsyncIterator[Sequence[Item]]:
        async for batch in read_items(past.world, WantedItems()):
            yield batch
        await asyncio.Event().wait()

    for asking in (Release(past.world).plan, count_pending):
        found = await asking(endless(), 0.01)
        assert (found.pending, found.complete) == (1, False)
        row = released_row(found)
        assert "at least so many" in str(row["note"])
        whole = await Release(past.world).plan(
            read_items(past.world, WantedItems()), 60
        )
        assert (whole.complete, released_row(whole)["note"]) == (True, None)


async def test_a_dear_filter_is_asked_where_it_is_delivered(past: Past) -> None:
    """Nobody waits for it here, and what it may want is not lost."""
    for number in range(3):
        await past.subscribe(f"dear-{number}", owner="dear", filter=DEAR)
    await past.subscribe("acme")
    good = await past.produce(sample("order.created", 1, EVENT.time))
    topic = past.world.topology.quarantine
    await past.world.publisher.publish(Message(topic, b"k", good.value, ASIDE))
    items = read_items(past.world, WantedItems())
    done = await Release(past.world).run(items, lambda _: None)
    dear = {f"dear-{number}": 1 for number in range(3)}
    assert done.deliveries == {"acme": 1} | dear
    for name, undecided in ({"acme": False} | dict.fromkeys(dear, True)).items():
        (hop,) = await past.records(f"bus.retry.{name}.1s")
        assert read_state(hop).undecided is undecided
