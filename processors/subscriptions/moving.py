"""Whether a subscription has to stay, since orders move to it or from it."""

import asyncio
from contextlib import suppress
from math import ceil

from bus.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    SubscriptionStateError,
    TopicError,
)
from bus.migration.ledger import Migration, restore_migration
from bus.migration.owners import young_s
from bus.migration.phases import ALL
from bus.record import Record
from processors.subscriptions.world import World
from processors.versioned import VersionedFollower

_READ_S, _SETTLE_S, _LOOK_S = 30.0, 10.0, 0.5


async def refuse_moving(world: World, subscription_id: str) -> None:
    """Raise unless nothing depends on a subscription's being there.

    Raises:
        SubscriptionStateError: Orders move to it or from it; says what to do.
        BrokerUnavailableError: The migrations cannot be read in time.
    """
    for one in await _migrations(world):
        if subscription_id not in {one.id, one.old}:
            continue
        if one.now.share and (subscription_id == one.id or one.now.share < ALL):
            said = f"{one.now.share} % of the orders of migration {one.id} are moved"
            todo = f"bus migrate back {one.id} --all, or go on to the end first"
            raise SubscriptionStateError("state", f"{said}: {todo}")
        if wait_s := settling_s(one, world.clock.now()):
            said = f"the last step of migration {one.id} is not known everywhere yet"
            raise SubscriptionStateError("state", f"{said}: try in {wait_s:.0f} s")
        if one.old and (owed := await owed_in(world, one.old)):
            said = f"{owed} deliveries still wait in the lanes that it shares"
            raise SubscriptionStateError("state", f"{said}: try it again later")


def settling_s(migration: Migration, now_s: float) -> float:
    """For how long yet somebody may leave events to an old side that is to go."""
    if not migration.old or migration.now.share < ALL:
        return 0
    known_s = migration.now.held_ms / 1000 + 2 * young_s(migration)
    return ceil(max(known_s - now_s, 0))


async def owed_in(world: World, lane: str) -> int:
    """How many of the deliveries in an ordered topic now do not end within 10 s."""
    topic = world.topology.ordered_topic(lane)
    if topic not in await world.topics.names():
        return 0
    found = await world.groups.lag(world.ordered_group, [topic])
    ends = {tp: lag.end for tp, lag in found.items()}
    until = world.clock.monotonic() + _SETTLE_S
    while True:
        left = sum(
            max(ends[tp] - max(lag.committed, lag.start), 0)
            for tp, lag in found.items()
            if tp in ends
        )
        if not left or world.clock.monotonic() >= until:
            return left
        await world.clock.sleep(_LOOK_S)
        found = await world.groups.lag(world.ordered_group, [topic])


async def _migrations(world: World) -> list[Migration]:
    found: dict[bytes, Migration] = {}

    def take(record: Record) -> None:
        key = record.key or b""
        if record.value is None:
            found.pop(key, None)
            return
        with suppress(ConfigurationError):  # who sends goes by what stood before
            found[key] = restore_migration(key, record.value, record.timestamp_ms)

    topic = world.topology.migrations
    following = VersionedFollower(world.reader, world.clock, topic, take)
    try:
        async with following, asyncio.timeout(_READ_S):
            await following.ready()
    except TopicError:  # nobody has ever moved orders here
        return []
    except TimeoutError:
        raise BrokerUnavailableError(
            f"{topic} could not be read within {_READ_S:.0f} s"
        ) from None
    return list(found.values())
