"""What stands in the partners' topics while the demo runs, asked for in one go."""

from collections.abc import Mapping, Sequence

from bus.ports import Lag
from bus.record import TopicPartition
from processors.demo.partners import Partner
from processors.demo.tally import Tally
from processors.subscriptions.world import World


class Standing:
    """Brings a tally up to date with retry tiers and dead letters.

    One question for all topics, and a topic of dead letters is read only where it has
    grown: the demo shares its machine with the bus that it shows.
    """

    def __init__(self, world: World, partners: Sequence[Partner], tally: Tally) -> None:
        self._world = world
        self._tally = tally
        topology = world.topology
        self._letters = {topology.dlq_topic(one.id): one.id for one in partners}
        # What is ordered waits in topics of another group.
        self._hops = [
            topology.retry_topic(one.id, tier)
            for one in partners
            if one.options.get("ordering") != "key"
            for tier in topology.tiers
        ]
        self._ends: dict[TopicPartition, int] = {}

    async def look(self) -> None:
        """Ask Kafka, and tell the tally.

        Raises:
            BrokerUnavailableError: it gives no answer.
        """
        groups, topics = self._world.groups, [*self._hops, *self._letters]
        lag = await groups.lag(self._world.retry_group, topics)
        self._count_waiting(lag)
        ends = {tp: it.end for tp, it in lag.items() if tp.topic in self._letters}
        grown = {tp.topic for tp, end in ends.items() if end > self._ends.get(tp, 0)}
        for topic in grown:
            dead = await self._dead_letters(topic)
            self._tally.dead_lettered(self._letters[topic], dead)
        self._ends = ends  # not before: what could not be read is read the next time

    def _count_waiting(self, lag: Mapping[TopicPartition, Lag]) -> None:
        topology = self._world.topology
        counts = {one: dict.fromkeys(topology.tiers, 0) for one in self._tally.counts}
        for tp, found in lag.items():
            hop = topology.parse_retry_topic(tp.topic)
            if hop is not None:
                counts[hop[0]][hop[1]] += found.pending
        for subscription, tiers in counts.items():
            self._tally.counts[subscription].tiers = tiers

    async def _dead_letters(self, topic: str) -> set[str]:
        found: set[str] = set()
        async for batch in self._world.reader.read(topic):
            for record in batch:
                if record.value is not None:
                    found.add(dict(record.headers)["ce_id"].decode())
        return found
