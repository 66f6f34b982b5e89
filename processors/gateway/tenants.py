"""Whose things are whose: a foreign id is looked up like one that there is not."""

from collections.abc import Sequence

from bus.access.roles import Principal
from bus.delivery.subscription import Subscription
from processors.gateway.problems import CONFLICT, NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.subscriptions.world import World


def owned(world: World, by: Principal) -> Sequence[Subscription]:
    """All subscriptions that are there for somebody, by id."""
    return [one for one in world.table.all() if by.sees(one.owner)]


async def subscription_of(asked: Asked) -> Subscription:
    """The subscription that the path names.

    Raises:
        ProblemError: there is none, for whoever asks; or its record cannot be read.
    """
    world, name = asked.api.world, asked.path["subscription"]
    await world.table.ready()
    found = world.table.get(name)
    if found is not None and asked.by.sees(found.owner):
        return found
    if found is None and not asked.by.tenant and name in world.table.unreadable:
        raise ProblemError(CONFLICT, "Its stored record cannot be read.")
    raise ProblemError(NOT_FOUND)


async def letters_owner(asked: Asked) -> str:
    """The subscription whose dead letters are meant; of a removed one they may stay.

    Raises:
        ProblemError: there is none, for whoever asks.
    """
    world, name = asked.api.world, asked.path["subscription"]
    await world.table.ready()
    gone = world.table.get(name) is None
    if not gone or asked.by.tenant:
        return (await subscription_of(asked)).id
    if world.topology.dlq_topic(name) not in await world.topics.names():
        raise ProblemError(NOT_FOUND)
    return name
