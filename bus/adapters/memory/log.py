"""One partition: records in order, offsets that may have gaps."""

from bisect import bisect_left
from collections.abc import Sequence

from bus.record import Message, Record, TopicPartition


class PartitionLog:
    """The records of a partition. `end` is the offset the next one gets.

    A header's name that is not UTF-8 is written as bytes decoded with
    `surrogateescape`, and read as no client for Python can read it.
    """

    def __init__(self, tp: TopicPartition, topic_id: str = "") -> None:
        self.topic_id = topic_id
        self.start = 0
        self.end = 0
        self._tp = tp
        self._records: list[Record] = []

    def append(
        self, message: Message, now_ms: int, created_ms: int | None = None
    ) -> int:
        """Add a record, with a time of the producer's if given; return its offset."""
        offset, created = self.end, created_ms is not None
        record = Record(
            *self._tp,
            offset,
            now_ms if created_ms is None else created_ms,
            message.key,
            message.value,
            message.headers,
            created,
            self.topic_id,
        )
        self._records.append(_as_read(record))
        self.end += 1
        return offset

    def leave_gap(self, width: int = 1) -> None:
        """Use up offsets without a record, as a transaction marker does."""
        self.end += width

    def trim(self, before: int) -> None:
        """Remove the records before an offset, as retention does."""
        self.start = max(self.start, min(before, self.end))
        self._records = self._records[self._index(self.start) :]

    def read(self, offset: int, limit: int) -> Sequence[Record]:
        """Return up to `limit` records from `offset` on."""
        first = self._index(offset)
        return self._records[first : first + limit]

    def first_since(self, since_ms: int) -> int:
        """Return the offset of the first record of that time or later."""
        found = (r.offset for r in self._records if r.timestamp_ms >= since_ms)
        return next(found, self.end)

    def _index(self, offset: int) -> int:
        return bisect_left(self._records, offset, key=lambda record: record.offset)


def _as_read(record: Record) -> Record:
    """Return a record as a client for Python reads it: all headers, or none."""
    for name, _ in record.headers:
        if not name.isascii() and not _is_utf8(name):
            raw = name.encode(errors="surrogateescape")
            why = f"a header's name is not UTF-8: {raw[:40].hex(' ')}"
            return record._replace(headers=(), unreadable=why)
    return record


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
