"""What the projector needs of a log, and what those who ask need of it: the ports.

`tests/contract/log` says what fulfilling them means; `bus.adapters.sql` and
`bus.adapters.memory` do. Both raise `LogUnavailableError` where the database gives
no answer: nothing was written then, and the same call may be made again.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bus.log.questions import (
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    OpenDelivery,
    Page,
    Paging,
)
from bus.log.rollup import Minute
from bus.log.rows import Advance, AttemptRow, AuditRow, EventRow, Position, Row
from bus.record import TopicPartition


class LogStore(Protocol):
    """The writing side; used by one projector process a partition."""

    async def prepare(self, now_us: int) -> None:
        """Make or migrate the tables, and the days that come."""
        ...

    async def positions(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Position]:
        """Where the log stands; a partition it never read is left out."""
        ...

    async def write(self, rows: Sequence[Row], advances: Sequence[Advance]) -> None:
        """Write rows, roll-ups and positions in one transaction: all or nothing.

        Rows that lie below a partition's stored position are dropped: they were
        written before.

        Raises:
            LogOvertakenError: a position is not what `before` says; nothing was
                written, somebody else owns that partition now.
            LogRefusedError: the database answers, and does not take what stands in
                some row; nothing was written, nor will it be if tried again.
            LogUnavailableError: the database gives no answer or has no room, or
                whatever else has nothing to do with a row.
        """
        ...


class Log(Protocol):
    """The asking side. Lists are newest first; a bad cursor is `BadCursorError`."""

    async def read_to_us(self) -> int | None:
        """All that arrived before this is in the log; None before the first look."""
        ...

    async def event(self, event_id: str) -> Sequence[EventRow]:
        """The event of this webhook-id or producer's id; several where ids repeat."""
        ...

    async def events(self, asked: EventQuestion, paging: Paging) -> Page[EventRow]:
        """Events, by when they arrived."""
        ...

    async def attempts(
        self, asked: AttemptQuestion, paging: Paging
    ) -> Page[AttemptRow]:
        """Attempts, by when they began."""
        ...

    async def deliveries(
        self, asked: DeliveryQuestion, paging: Paging
    ) -> Page[OpenDelivery]:
        """Deliveries that were not accepted at once and are not accepted yet."""
        ...

    async def minutes(
        self, subscriptions: Collection[str] | None, since_us: int, until_us: int
    ) -> Sequence[Minute]:
        """Roll-ups of these subscriptions (None: all), by minute."""
        ...

    async def audit(self, asked: AuditQuestion, paging: Paging) -> Page[AuditRow]:
        """Changes, by when they were written."""
        ...
