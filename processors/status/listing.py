"""All subscriptions with how they are: what waits, what is dead, the breaker."""

from processors.status.desk import Desk
from processors.status.plain import subscriber_json
from processors.status.question import Unknown
from processors.subscriptions.showing import Shown, listed
from processors.subscriptions.world import World


async def listed_rows(world: World) -> list[Shown]:
    """What `bus subscriptions list` shows, those that are unreadable last."""
    await world.table.ready()
    desk = Desk(world)
    try:
        found = await desk.subscribers()
    finally:
        desk.close()
    now_ms = int(world.clock.now() * 1000)
    known = {} if isinstance(found, Unknown) else {one.id: one for one in found}
    rows: list[Shown] = []
    for subscription in world.table.all():
        one = known.get(subscription.id)
        more = {} if one is None else subscriber_json(one, now_ms)
        rows.append({**more, **listed(subscription)})
    return rows + [
        {"id": name, "state": "unreadable", "why": why}
        for name, why in sorted(world.table.unreadable.items())
    ]
