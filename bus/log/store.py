"""What the projector needs of a log, and what those who ask need of it: the ports.

`tests/contract/log` says what fulfilling them means; `bus.adapters.sql` and
`bus.adapters.memory` do. Both raise `LogUnavailableError` where the database gives
no answer: nothing was written then, and the same call may be made again.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bus.log.course import Counted
from bus.log.health import Figures, Health
from bus.log.lags import LagStore
from bus.log.ledger import LedgerLog
from bus.log.lives import Life, LifeQuestion
from bus.log.questions import (
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    OpenDelivery,
    Page,
    Paging,
    QuarantineQuestion,
    Scope,
)
from bus.log.retention import Described, Pruned, Retention
from bus.log.rollup import Minute
from bus.log.rows import (
    AckRow,
    Advance,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    Position,
    QuarantineRow,
    Row,
)
from bus.record import TopicPartition


class LogStore(Protocol):
    """The writing side; used by one projector process a partition.

    All of it may raise `LogUnavailableError` (try again) and `ConfigurationError`
    (a person has to mend something first: a password, a privilege, a version).
    """

    async def prepare(self, now_us: int) -> None:
        """Make or migrate the tables, and the days that come. At start and hourly."""
        ...

    async def positions(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Position]:
        """Where the log stands; a partition it never read is left out."""
        ...

    async def write(
        self, rows: Sequence[Row], advances: Sequence[Advance], now_us: int
    ) -> None:
        """Write rows, roll-ups and positions in one transaction: all or nothing.

        Rows stand in the order of their partitions, and each of their partitions has
        an advance. Rows that lie below a partition's stored position are dropped:
        they were written before; not so where the topic is another one by now.
        A partition that stands at `after` already is left as it is, so that a call
        whose answer was lost may be made again.
        A row whose time is absurd (`bus.log.retention.storable`) is put aside, and
        counted in `Described.stray`; it stops nothing.

        Raises:
            LogOvertakenError: a position is not what `before` says; nothing was
                written. Somebody else owns that partition now, or the log was
                cleared: begin again from `positions`.
            LogRefusedError: the database answers, and does not take what stands in
                some row; nothing was written, nor will it be if tried again.
            LogUnavailableError: the database gives no answer or has no room, or
                whatever else has nothing to do with a row.
        """
        ...

    async def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Drop the positions of partitions that are gone; their rows stay."""
        ...

    async def prune(self, keep: Retention, now_us: int) -> Pruned:
        """Remove what is older or more than `keep` says, in steps beside writes.

        Where another process is at it, this one removes nothing.
        """
        ...

    async def clear(self) -> None:
        """Empty the log to be rebuilt, positions too: their owners are overtaken."""
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...


class Log(Protocol):
    """The asking side. Lists are newest first; a bad cursor is `BadCursorError`."""

    @property
    def kept(self) -> LagStore:
        """What is kept for forecasts."""
        ...

    @property
    def ledger(self) -> LedgerLog:
        """What became of deliveries, day by day."""
        ...

    async def read_to_us(self) -> int | None:
        """All that arrived before this is in the log; None before the first look."""
        ...

    async def describe(self) -> Described:
        """What it is made of, and where it stands; counts may be estimates."""
        ...

    async def life(self, asked: LifeQuestion) -> Life:
        """What befell an event, or all events of an order, in one look."""
        ...

    async def event(self, event_id: str, scope: Scope = None) -> Sequence[EventRow]:
        """The event of this webhook-id or producer's id; several where ids repeat.

        At most `MOST`, newest first.
        """
        ...

    async def acks(self, event_id: str, scope: Scope = None) -> Sequence[AckRow]:
        """The acknowledgements of this webhook-id, newest first, at most `MOST`."""
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

    async def five_minutes(
        self, subscription: str, since_us: int, until_us: int
    ) -> Sequence[Counted]:
        """Roll-ups of one by five minutes, of all its types together.

        Those in which nothing happened are left out.
        """
        ...

    async def health(
        self, subscriptions: Collection[str] | None, now_us: int
    ) -> Mapping[str, Health]:
        """How these (None: all) fare; one without any attempt may be left out."""
        ...

    async def since(self, span_s: int, now_us: int) -> Mapping[str, Figures]:
        """What befell the attempts of each in a span up to now; of none, nothing.

        A span of an hour or more begins with full five minutes, one of a day or more
        with a full hour: it is up to so much longer.
        """
        ...

    async def quarantine(
        self, asked: QuarantineQuestion, paging: Paging
    ) -> Page[QuarantineRow]:
        """Quarantined records, by when they were put there."""
        ...

    async def quarantined(self, origins: Collection[Place]) -> Sequence[QuarantineRow]:
        """What was quarantined of the records that stand at these places."""
        ...

    async def audit(self, asked: AuditQuestion, paging: Paging) -> Page[AuditRow]:
        """Changes, by when they were written."""
        ...
