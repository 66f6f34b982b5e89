"""What stands in an outbox, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias


class Entry(NamedTuple):
    """An event as it is put into the outbox; the database adds a number and a time.

    `data` is JSON, as `bus.outbox.content` writes it.
    """

    event_id: str
    event_type: str
    source: str
    order_id: str
    data: str
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A row that waits to be published. Those of an order go by their numbers."""

    number: int
    entry: Entry
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """Kafka has acknowledged it."""

    number: int


@dataclass(frozen=True, slots=True)
class Refused:
    """It is never taken as it is: it waits for somebody, and its order behind it."""

    number: int
    why: str


Fate: TypeAlias = Published | Refused


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was refused; `behind` is how many of its order wait for it."""

    number: int
    event_id: str
    event_type: str
    order_id: str
    added_at: datetime
    why: str
    behind: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How an outbox is: rows to be published, refused ones, and what is kept.

    `oldest` is when the first of those to be published was added; rows that wait
    behind a refused one are counted in `behind`, too, and make no `oldest`.
    """

    pending: int
    behind: int
    refused: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """All that `bus outbox status` shows; `refused` may be cut, the backlog counts."""

    backlog: Backlog
    refused: Sequence[RefusedRow]
    kept: int
    leader: bool
