"""Which files were taken, as `bus.intake.collected` says, read on as it is asked."""

from bus.intake.collecting.entries import Entry, entry_message, read_entry, standing
from bus.ports import LogReader, Publisher


class Ledger:
    """Knows, and writes down. What others have written by the call counts."""

    def __init__(self, reader: LogReader, publisher: Publisher, topic: str) -> None:
        self._reader = reader
        self._publisher = publisher
        self._topic = topic
        self._next: dict[int, int] = {}
        self._entries: dict[str, Entry] = {}

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
                    self._entries[entry.key] = stands
        return self._entries.get(key)

    async def write(self, entry: Entry) -> Entry:
        """Write an entry down; returns the one that stands.

        Raises:
            PublishError, TopicError, BrokerUnavailableError: it may not be written.
        """
        await self._publisher.publish(entry_message(self._topic, entry))
        return await self.find(entry.key) or entry
