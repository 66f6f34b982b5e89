"""What is still on its way to a subscription, by topic."""

from collections.abc import Collection, Mapping

from bus.ports import Lag
from bus.record import TopicPartition
from processors.subscriptions.world import World


def topics_of(world: World, subscription_id: str) -> tuple[list[str], str]:
    """Names of the tier topics it may have, of all declared tiers; the ordered one."""
    topology = world.topology
    tiers = [topology.retry_topic(subscription_id, tier) for tier in topology.tiers]
    return tiers, topology.ordered_topic(subscription_id)


async def existing(world: World, names: Collection[str]) -> list[str]:
    """Those of the topics that are there."""
    return sorted((await world.topics.names()).intersection(names))


async def lags(world: World, subscription_id: str) -> Mapping[TopicPartition, Lag]:
    """How far the processors are behind in the subscription's own topics."""
    tiers, ordered = topics_of(world, subscription_id)
    there = await existing(world, [*tiers, ordered])
    found: dict[TopicPartition, Lag] = {}
    for group, names in (
        (world.retry_group, [name for name in there if name != ordered]),
        (world.ordered_group, [name for name in there if name == ordered]),
    ):
        if names:
            found.update(await world.groups.lag(group, names))
    return found


async def pending(world: World, subscription_id: str) -> Mapping[str, int]:
    """How many records wait in each of its topics; those with none left out."""
    counts: dict[str, int] = {}
    for partition, lag in (await lags(world, subscription_id)).items():
        if lag.pending > 0:
            counts[partition.topic] = counts.get(partition.topic, 0) + lag.pending
    return counts
