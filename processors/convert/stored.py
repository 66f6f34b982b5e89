"""Stored submissions, for commands: which are meant, read, and what became of them."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bus.errors import AbsentError, SourceNotFoundError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.converting import Converted, convert
from bus.intake.merging.identity import as_sent
from bus.intake.merging.notes import Note, read_note
from bus.intake.raw import Raw, place_text, read_raw
from bus.intake.sources import Source
from bus.intake.submission import Place, Submission
from bus.ports import Clock, Groups, LogReader, Publisher, Schemas
from bus.record import Record, is_number
from bus.topics.topology import Topology
from processors.convert.engine import AllSources
from processors.convert.reading import Channels

_ANY_GROUP = "bus.convert"
_BEFORE_MS, _AFTER_MS = 3_600_000, 86_400_000


class Kafka(Protocol):
    """What is needed of the world of a command."""

    @property
    def reader(self) -> LogReader:
        """Reads topics."""
        ...

    @property
    def publisher(self) -> Publisher:
        """Writes to topics."""
        ...

    @property
    def groups(self) -> Groups:
        """Knows where topics begin and end."""
        ...

    @property
    def schemas(self) -> Schemas:
        """Gives schemas."""
        ...

    @property
    def topology(self) -> Topology:
        """Names topics."""
        ...

    @property
    def clock(self) -> Clock:
        """Knows the time."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What the commands work with; `sources` are loaded."""

    kafka: Kafka
    sources: AllSources
    channels: Channels


@dataclass(frozen=True, slots=True)
class Meant:
    """Which submissions are meant; times in epoch milliseconds, of arrival.

    Attributes:
        ids: Submission ids or places; empty: all in the time.
        last: The newest so many of them; None: all.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    ids: frozenset[str] = field(default_factory=frozenset)
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored submission; `raw.submission` has its source's settings."""

    record: Record
    source: Source
    raw: Raw

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.record.topic, self.record.partition, self.record.offset)

    @property
    def submission(self) -> Submission:
        """What was sent."""
        return self.raw.submission

    def raw_again(self, submission_id: str) -> Raw:
        """The same, to be converted once more under an id of its own."""
        again = replace(self.submission, via="replay")
        return replace(self.raw, id=submission_id, submission=again, of=self.place)


def found_source(desk: Desk, source_id: str) -> Source:
    """The source of this id.

    Raises:
        SourceNotFoundError: There is none.
    """
    source = desk.sources.get(source_id)
    if source is None:
        known = _ids(desk)
        raise SourceNotFoundError(f"no source {source_id}; {among(source_id, known)}")
    return source


def _ids(desk: Desk) -> list[str]:
    return [one.id for one in desk.sources.all()]


async def submissions(
    desk: Desk, source: Source, meant: Meant
) -> AsyncIterator[Stored]:
    """The stored submissions of a source that are meant, oldest first by partition.

    Raises:
        TopicError, BrokerUnavailableError: They cannot be read.
    """
    if meant.last is not None:
        for one in await _newest(desk, source, meant.last):
            yield one
        return
    topic = desk.kafka.topology.raw_topic(source.id)
    batches = desk.kafka.reader.read(
        topic, since_ms=meant.since_ms, until_ms=meant.until_ms
    )
    async for batch in batches:
        for record in batch:
            one = stored(source, record)
            if not meant.ids or meant.ids & {one.raw.id, place_text(one.place)}:
                yield one


async def _newest(desk: Desk, source: Source, count: int) -> list[Stored]:
    """The newest so many, oldest first."""
    topic = desk.kafka.topology.raw_topic(source.id)
    spans = await desk.kafka.groups.lag(_ANY_GROUP, [topic])
    start = {tp.partition: max(s.start, s.end - count) for tp, s in spans.items()}
    records: list[Record] = []
    async for batch in desk.kafka.reader.read(topic, start=start):
        records += batch
    records.sort(key=lambda record: (record.timestamp_ms, record.offset))
    return [stored(source, record) for record in records[-count:]] if count else []


def stored(source: Source, record: Record) -> Stored:
    """A record of the source's raw topic as a submission."""
    return Stored(record, source, as_sent(read_raw(record), source, record.headers))


def converted(channel: Channel, one: Stored) -> tuple[Converted, ...]:
    """What a stored submission comes to by a channel, as it is now."""
    return convert(channel, one.submission)


async def notes_of(kafka: Kafka, keys: Collection[str]) -> Mapping[str, Note]:
    """What was written down of these messages, the newest of each.

    Raises:
        TopicError, BrokerUnavailableError: It cannot be read.
    """
    found: dict[str, Note] = {}
    wanted = {key.encode() for key in keys}
    async for batch in kafka.reader.read(kafka.topology.seen):
        for record in batch:
            if record.key in wanted and (note := read_note(record)) is not None:
                found[str(note.key)] = note
    return found


async def submission_at(desk: Desk, name: str) -> Stored | None:
    """The submission with this id, or at this topic/partition/offset; None: none is.

    Raises:
        AbsentError: The topic is no source's.
        BrokerUnavailableError: Kafka gives no answer.
    """
    topic, _, rest = name.partition("/")
    partition, _, offset = rest.partition("/")
    if is_number(partition) and is_number(offset):
        owner = desk.kafka.topology.parse_raw_topic(topic)
        source = desk.sources.get(owner) if owner else None
        if source is None:
            topics = map(desk.kafka.topology.raw_topic, _ids(desk))
            known = among(topic, list(topics))
            raise AbsentError(f"{topic} has no submissions of a source; {known}")
        record = await desk.kafka.reader.at(topic, int(partition), int(offset))
        return None if record is None else stored(source, record)
    return await _by_id(desk, name)


async def _by_id(desk: Desk, submission_id: str) -> Stored | None:
    """Look through the raw topics, around the time that the id names."""
    at_ms = _time_of(submission_id)
    meant = Meant(
        since_ms=None if at_ms is None else at_ms - _BEFORE_MS,
        until_ms=None if at_ms is None else at_ms + _AFTER_MS,
        ids=frozenset({submission_id}),
    )
    for source in desk.sources.all():
        async for one in submissions(desk, source, meant):
            return one
    return None


def _time_of(submission_id: str) -> int | None:
    """The time within a UUID of version 7, epoch milliseconds; None: it is none."""
    digits = submission_id.replace("-", "")
    if len(digits) != 32 or digits[12:13] != "7":  # noqa: PLR2004 - of a UUID
        return None
    try:
        return int(digits[:12], 16)
    except ValueError:
        return None
