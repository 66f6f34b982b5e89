"""Writing down what was replayed, released, discarded: once a run, with its counts."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.access.roles import WHOLE_BUS
from processors.subscriptions.world import World


@asynccontextmanager
async def noted(
    world: World,
    action: str,
    entity: Entity,
    entity_id: str,
    done: Callable[[], Shown],
) -> AsyncIterator[None]:
    """Write down what `done` says after the block, also where that broke off half-way.

    If it says nothing, nothing was done.
    """
    try:
        yield
    finally:
        if after := done():
            await note(world, action, entity, entity_id, after)


async def note(
    world: World,
    action: str,
    entity: Entity,
    entity_id: str,
    after: Shown,
    before: Shown | None = None,
) -> None:
    """Write down what was done to a subscription's letters, events, acks."""
    tenant = _owner(world, entity_id)
    await world.trail.note(
        action, entity, entity_id, tenant=tenant, before=before, after=after
    )


def _owner(world: World, subscription_id: str) -> str:
    """The tenant of a subscription; of anything else, the operators."""
    found = world.table.get(subscription_id)
    return found.owner if found else WHOLE_BUS
