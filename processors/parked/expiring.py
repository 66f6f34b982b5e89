"""Expiry by policy: an item that nobody decides about ends by a decision."""

from collections.abc import Sequence
from datetime import timedelta

from bus.errors import OrderbusError
from bus.intake.parked.decisions import POLICY, Kind
from bus.intake.parked.grouping import Row
from processors.parked.deciding import Done, Wish, decide_all
from processors.parked.world import ParkedWorld

EVERY_S = 3_600.0
_MOST = 1_000


def due(world: ParkedWorld) -> Sequence[Row]:
    """Those that have waited for longer than the policy has it, the oldest first."""
    after = world.policy.expire_after
    if after is None:
        return []
    limit = world.now - after
    rows = [row for row in world.table.open() if row.life.since < limit]
    return sorted(rows, key=lambda row: (row.life.since, row.id))


async def expire(world: ParkedWorld, rows: Sequence[Row]) -> Done:
    """Expire these; each decision says by which policy.

    Raises:
        PublishError, BrokerUnavailableError: not all was written.
    """
    after = world.policy.expire_after or timedelta()
    days = after.total_seconds() / 86_400
    why = f"nobody decided about it within {days:g} days"
    return await decide_all(world, rows, Wish(kind=Kind.EXPIRED, why=why))


async def keep_expiring(world: ParkedWorld) -> None:
    """Do so every hour, for ever. Several may: of two decisions one counts."""
    world = world.by(POLICY, "")
    while True:
        await world.clock.sleep(EVERY_S)
        try:
            await world.table.ready()
            await expire(world, due(world)[:_MOST])
        except OrderbusError:
            continue  # Kafka is away: what is due stays due.
