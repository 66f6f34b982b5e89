"""How much has come to each queue of the bus, and gone from it."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bus.ports import Groups, Topics
from bus.topics.topology import Topology


class Counts(NamedTuple):
    """Since the topic was made, over all of its partitions."""

    came: int = 0
    went: int = 0
    partitions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Asks for the offsets of the topics that deliveries wait in."""

    groups: Groups
    topics: Topics
    topology: Topology
    group_prefix: str = "bus."

    async def counts(self) -> Mapping[str, Counts]:
        """The counts by topic.

        Raises:
            BrokerUnavailableError: no answer.
            ConfigurationError: the cluster refuses us.
        """
        there, topology = await self.topics.names(), self.topology
        wanted = {
            "fanout": [name for name in topology.sources if name in there],
            "retry": [name for name in there if topology.parse_retry_topic(name)],
            "ordered": [name for name in there if topology.parse_ordered_topic(name)],
        }
        found = await asyncio.gather(
            *(self._of(group, names) for group, names in wanted.items() if names)
        )
        return {topic: counts for of in found for topic, counts in of.items()}

    async def workers(self) -> int:
        """How many share the work on the source topics.

        Raises:
            BrokerUnavailableError: no answer.
        """
        return await self.groups.members(f"{self.group_prefix}fanout")

    async def _of(self, group: str, topics: Collection[str]) -> Mapping[str, Counts]:
        lags = await self.groups.lag(f"{self.group_prefix}{group}", topics)
        sums: dict[str, Counts] = {}
        for partition, lag in lags.items():
            came, went, before = sums.get(partition.topic, Counts())
            gone = max(lag.committed, lag.start)
            sums[partition.topic] = Counts(came + lag.end, went + gone, before + 1)
        return sums
