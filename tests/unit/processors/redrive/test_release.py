"""Letting quarantined records go, where filters are dear."""

from bus.delivery.headers import read_state
from bus.record import Message
from bus.samples.lifecycles import sample
from processors.redrive.quarantine import WantedItems, read_items
from processors.redrive.release import Release
from tests.support.past import Past
from tests.support.reports import EVENT

DEAR = "|".join(["[@,@][]"] * 14) + " | length(@) > `1`"
ASIDE = (
    ("bus-quarantine-reason", b"first byte is 0x7b, not the 0x00"),
    ("bus-quarantine-origin", b"oms.order/0/7"),
    ("bus-quarantine-origin-ms", b"1000"),
    ("bus-quarantine-at-ms", b"2000"),
)


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
