"""What one record of Kafka becomes in the log. Times are microseconds since the epoch.

`at` is where the record itself stands, and so what tells a row from all others.
"""

from typing import NamedTuple, TypeAlias

from typing_extensions import override

from bus.record import TopicPartition

_TRACE_ID = 32
_HEX = frozenset("0123456789abcdef")


class Place(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int

    @override
    def __str__(self) -> str:
        """As the attempt log writes it: `topic/partition/offset`."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def topic_partition(self) -> TopicPartition:
        """The partition it stands in."""
        return TopicPartition(self.topic, self.partition)


class EventRow(NamedTuple):
    """An event as its source topic has it.

    `event_id` is the webhook-id, `own_id` and `source` what its producer said.
    `channel` and `account` are the data's fields of those names, empty without one.
    """

    at: Place
    arrived_us: int
    event_id: str
    own_id: str
    source: str
    event_type: str
    order_id: str
    time_us: int
    channel: str = ""
    account: str = ""
    traceparent: str = ""


class AttemptRow(NamedTuple):
    """One attempt, or a hop without a call (`number` 0); fields as in Attempt.avsc.

    `arrived_us` is when its age began, 0 where that is not known: the log counts by it,
    and does not keep it in its rows.
    """

    at: Place
    started_us: int
    duration_us: int
    subscription: str
    event_id: str
    event_type: str
    order_id: str
    origin: Place | None
    number: int
    replay: int
    outcome: str
    status: int
    route: str
    detail: str = ""
    traceparent: str = ""
    arrived_us: int = 0


def trace_id_of(traceparent: str) -> str:
    """The trace id in it, 32 hexadecimal digits; empty if there is none.

    W3C Trace Context, 3.2.2.3: all zeros is none.
    """
    parts = traceparent.split("-")
    found = parts[1].lower() if len(parts) > 1 else ""
    good = len(found) == _TRACE_ID and set(found) <= _HEX and set(found) != {"0"}
    return found if good else ""


class AckRow(NamedTuple):
    """A consumer's word that it has an event."""

    at: Place
    arrived_us: int
    subscription: str
    event_id: str


class QuarantineRow(NamedTuple):
    """A record that nobody could decode. `origin` is where it stands; `reason` why."""

    at: Place
    arrived_us: int
    origin: Place | None
    reason: str


class AuditRow(NamedTuple):
    """Who changed what. `before` and `after` are JSON objects without any secret."""

    at: Place
    arrived_us: int
    actor: str
    tenant: str
    address: str
    action: str
    entity: str
    entity_id: str
    before: str
    after: str


Row: TypeAlias = EventRow | AttemptRow | AckRow | QuarantineRow | AuditRow


class Advance(NamedTuple):
    """How far a batch brings the log in one partition.

    `before` is the position it began at, and what must still stand in the log, else
    another process owns the partition by now; -1 where none may stand yet. `after` is
    the next offset to read; it lies below `before` where Kafka has another log under
    the partition's name by now, which is read from its beginning.
    All that arrived before `read_to_us` is in the log then: the time of the newest
    record read, or the time of looking where nothing was left to read.
    `topic_id` tells the topic from one that was deleted; empty where it is not known.
    """

    partition: TopicPartition
    before: int
    after: int
    read_to_us: int
    topic_id: str = ""


class Position(NamedTuple):
    """Where the log stands in one partition, as the last `Advance` has it."""

    next_offset: int
    read_to_us: int
    topic_id: str = ""
