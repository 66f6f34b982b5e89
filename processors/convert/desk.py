"""What the loop gives records to: each topic's to who knows what to do with them."""

from collections import Counter
from collections.abc import Sequence

from bus.ports import Observer
from bus.record import Record
from bus.topics.topology import Topology
from processors.convert.fetches import Fetches
from processors.convert.reading import Reading
from processors.convert.releases import Releases
from processors.convert.submissions import Submissions
from processors.delivery.partition import Partition
from processors.telemetry import names


class Desk:
    """Fulfils `processors.delivery.handling.Handler`."""

    def __init__(
        self,
        topology: Topology,
        reading: Reading,
        submissions: Submissions,
        fetches: Fetches,
        releases: Releases,
        observer: Observer,
    ) -> None:
        self._topology = topology
        self._reading = reading
        self._submissions = submissions
        self._fetches = fetches
        self._releases = releases
        self._observer = observer

    def prepare(self, batch: Sequence[Record]) -> bool:
        """Count a batch; say whether all of it can be handled at once."""
        for topic, count in Counter(record.topic for record in batch).items():
            self._observer.measure(names.CONSUMED, count, topic)
        return all(map(self.ready, batch))

    def ready(self, record: Record) -> bool:
        """Whether its channel can be used, and it is not too large to read now."""
        return not self._is_raw(record) or self._reading.ready(record)

    async def fetch(self, record: Record) -> None:
        """Wait for its channel, or read it aside."""
        await self._reading.make_ready(record)

    def handle(self, partition: Partition, record: Record) -> None:
        """Give it to who knows its topic."""
        if self._is_raw(record):
            self._submissions.handle(partition, record)
        elif self._topology.parse_fetch_topic(record.topic) is not None:
            self._fetches.handle(partition, record)
        else:
            self._releases.handle(partition, record)

    def opened(self, partition: Partition) -> None:
        """Nothing is kept per partition."""

    def closed(self, partition: Partition) -> None:
        """What is under way is fenced by its partition; nothing else is kept."""

    def crowded(self) -> None:
        """Nothing here need not be held."""

    def _is_raw(self, record: Record) -> bool:
        return self._topology.parse_raw_topic(record.topic) is not None
