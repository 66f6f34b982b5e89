"""Sealing all stored secrets anew, after a new encryption key was put first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bus.delivery.subscription import Subscription
from bus.errors import SubscriptionNotFoundError
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True)
class Resealed:
    """What was sealed with the newest key, and what cannot be read at all."""

    ids: Sequence[str]
    unreadable: Sequence[str]


async def reseal(
    world: World,
    mine: Callable[[Subscription], bool] = lambda _: True,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Resealed:
    """Write every subscription of mine as it is, sealed with the key that seals now.

    One that is removed meanwhile is left out. Names that cannot be read are told as
    they are: whose they are is in what cannot be read.
    """
    dark = world.table.unreadable
    wanted = [one.id for one in world.table.all() if one.id not in dark and mine(one)]
    done: list[str] = []
    for place, name in enumerate(wanted):
        progress(place, len(wanted))
        try:
            await world.writer.reseal(name)
        except SubscriptionNotFoundError:
            continue
        done.append(name)
    progress(len(wanted), len(wanted))
    return Resealed(done, sorted(dark))
