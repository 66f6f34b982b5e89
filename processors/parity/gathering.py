"""Recordings of both sides, read and compared: files, or topics of Kafka."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bus.intake.verifying.verdict import Secret
from bus.migration.comparing import Alone, compare, never_alone
from bus.migration.comparison import Comparison, Unread
from bus.migration.recorded import Recorded, UnreadError, sent_of
from bus.migration.sent import Sent, Side
from bus.migration.terms import Reading, Terms
from bus.ports import LogReader
from bus.record import Record

MOST = 2_000_000
"""Requests of a side: they are held in memory."""
_SHOWN = 20


@dataclass(slots=True)
class Gathered:
    """What a side has sent, and the lines that say nothing that can be compared."""

    sent: list[Sent] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unread_count: int = 0
    full: bool = False

    def take(self, one: Recorded | Unread, reading: Reading) -> None:
        """Take a line; beyond `MOST` none is taken, and the report says so."""
        if len(self.sent) >= MOST:
            self.full = True
            return
        if isinstance(one, Recorded):
            try:
                self.sent.append(sent_of(one, reading))
            except UnreadError as error:
                one = Unread(one.place, str(error))
            else:
                return
        self.unread_count += 1
        if len(self.unread) < _SHOWN:
            self.unread.append(one)


def gathered(
    lines: Iterable[Recorded | Unread], reading: Reading, into: Gathered
) -> Gathered:
    """Take all lines of a recording."""
    for one in lines:
        into.take(one, reading)
    return into


async def topic_lines(
    reader: LogReader, topic: str, since_ms: int | None
) -> AsyncIterator[Recorded]:
    """The records of a topic as requests: value, headers and time of each.

    The key and the place are columns, `key` and `offset`; what came of it is the
    header `outcome`, or nobody knows.

    Raises:
        OrderbusError: It cannot be read.
    """
    async for batch in reader.read(topic, since_ms=since_ms):
        for record in batch:
            if record.value is not None:
                yield recorded_record(record)


def recorded_record(record: Record) -> Recorded:
    """A record as a request."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    headers = {
        name.lower(): value.decode(errors="replace") for name, value in record.headers
    }
    outcome = headers.pop("outcome", "")
    columns = {"offset": str(record.offset), "partition": str(record.partition)}
    if record.key is not None:
        columns["key"] = record.key.decode(errors="replace")
    body = record.value or b""
    return Recorded(place, record.timestamp_ms, body, headers, outcome, columns)


def compared(
    old: Gathered,
    new: Gathered,
    terms: Terms,
    secrets: Mapping[Side, Sequence[Secret]],
    alone: Alone = never_alone,
    until_ms: int | None = None,
) -> Comparison:
    """Compare what both sides have sent; what could not be read is in it, too."""
    found = compare(old.sent, new.sent, terms, secrets, alone, until_ms)
    found.unread = [*old.unread, *new.unread]
    found.unread_count = old.unread_count + new.unread_count
    for side, one in ((Side.OLD, old), (Side.NEW, new)):
        if one.full:
            found.left_out.append(f"the {side} side beyond {MOST:,} requests")
    return found
