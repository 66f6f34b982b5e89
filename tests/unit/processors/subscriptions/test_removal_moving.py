"""Removing a subscription whose lanes another has shared."""

from pathlib import Path

from bus.record import Message
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add
from processors.subscriptions.removal import remove
from processors.subscriptions.world import World
from tests.support.worlds import Worlds


def state(subscription: str) -> tuple[tuple[str, bytes], ...]:
    """The headers of a delivery that waits."""
    return (
        ("ce_id", b"e1"),
        ("ce_type", b"order.created"),
        ("bus-subscription", subscription.encode()),
        ("bus-origin", b"oms.order/3/77"),
        ("bus-origin-ms", b"1700000000000"),
        ("bus-attempts", b"0"),
        ("bus-replay", b"0"),
        ("bus-at-ms", b"1700000000000"),
    )


async def subscribe(world: World, name: str) -> None:
    """Add one in order."""
    fields = {"id": name, "url": f"https://{name}.example", "types": "*"}
    await add(world, draft({**fields, "ordering": "key"}, Path()))


async def test_another_s_deliveries_in_its_lanes_move_along() -> None:
    """They shared an ordered topic while orders moved; they go on in their own."""
    worlds = Worlds()
    async with worlds.open() as world:
        for name in ("acme", "heir"):
            await subscribe(world, name)
        for key, name in ((b"o1", "acme"), (b"o2", "heir")):
            hop = Message("bus.ordered.acme", key, b"body", state(name))
            worlds.broker.append(hop)
        await remove(world, "acme")
    assert [r.key for r in worlds.records("bus.dlq.acme")] == [b"o1"]
    (moved,) = worlds.records("bus.ordered.heir")
    assert (moved.key, moved.value, moved.headers) == (b"o2", b"body", state("heir"))
