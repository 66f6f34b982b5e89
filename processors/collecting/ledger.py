"""Which files were taken, as `bus.intake.collected` says, read on as it is asked."""

from collections import OrderedDict

from bus.intake.collecting.entries import Entry, entry_message, read_entry, standing
from bus.ports import LogReader, Publisher

MOST = 200_000
"""Files that are remembered, some 100 MB of them."""


class Ledger:
    """Knows, and writes down. What others have written by the call counts.

    `most` files are remembered, those that were taken last. One that is forgotten and
    comes again is taken again, and its messages are repeats to convert.
    """

    def __init__(
        self, reader: LogReader, publisher: Publisher, topic: str, most: int = MOST
    ) -> None:
        self._reader = reader
        self._publisher = publisher
        self._topic = topic
        self._next: dict[int, int] = {}
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._most = most

    async def find(self, key: str) -> Entry | None:
        """What is known of a file now; None: nothing.

        Raises:
            TopicError, BrokerUnavailableError: it cannot be read.
        """
        batches = self._reader.read(self._topic, start=dict(self._next))
        async for batch in batches:
            for record in batch:
                self._next[record.partition] = record.offset + 1
                entry = read_entry(record)
                if entry is not None:
                    stands = standing(self._entries.get(entry.key), entry)
                    self._hold(stands)
        return self._entries.get(key)

    def _hold(self, entry: Entry) -> None:
        """Remember it; where there are many, the one written longest ago goes."""
        self._entries[entry.key] = entry
        self._entries.move_to_end(entry.key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)

    async def write(self, entry: Entry) -> Entry:
        """Write an entry down; returns the one that stands.

        Raises:
            PublishError, TopicError, BrokerUnavailableError: it may not be written.
        """
        await self._publisher.publish(entry_message(self._topic, entry))
        return await self.find(entry.key) or entry
