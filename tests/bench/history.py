"""Generated rows of the log: days of attempts of a thousand subscriptions."""

from collections.abc import Iterator, Sequence
from random import Random

from bus.log.rows import Advance, AttemptRow, EventRow, Place, Row
from bus.record import TopicPartition

SUBSCRIPTIONS = 1000
DAY_US = 86_400_000_000
NAMES = [f"partner-{n:04}" for n in range(SUBSCRIPTIONS)]

_FAN_OUT = 5
_FAILS = 0.02
TYPES = [
    f"order.{what}"
    for what in ("created", "paid", "picked", "shipped", "delivered", "cancelled")
]
_EVENTS, _ATTEMPTS = "oms.order", "bus.attempts"
_PARTITIONS = 6


class History:
    """Batches in the order of time.

    An order has six events, an event goes to five subscriptions, a fiftieth of the
    attempts fails and is followed by one that is accepted.
    """

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret
        self._events = 0
        self._offsets = [0] * _PARTITIONS
        self._stand: dict[TopicPartition, int] = {}

    def batches(
        self, attempts: int, each: int, since_us: int, until_us: int
    ) -> Iterator[tuple[Sequence[Row], Sequence[Advance]]]:
        """Yield batches of `each` attempts and their events."""
        step = (until_us - since_us) / attempts
        for first in range(0, attempts, each):
            rows: list[Row] = []
            count = 0
            while count < min(each, attempts - first):
                at_us = since_us + int((first + count) * step)
                rows.append(event := self._event(at_us))
                made = self._attempts(event, at_us, step)
                rows += made
                count += len(made)
            yield rows, self._advances(rows)

    def _event(self, at_us: int) -> EventRow:
        number = self._events
        self._events += 1
        event_id = f"{self._random.getrandbits(128):032x}"
        return EventRow(
            at=Place(_EVENTS, number % _PARTITIONS, number // _PARTITIONS),
            arrived_us=at_us,
            event_id=event_id,
            own_id=event_id,
            source="/oms/orders",
            event_type=TYPES[number % 6],
            order_id=f"ORD-2026-{number // 6:08}",
            time_us=at_us,
            channel="web",
            account=f"acc-{number // 6 % 5000}",
            traceparent=f"00-{event_id}-{self._random.getrandbits(64):016x}-01",
        )

    def _attempts(
        self, event: EventRow, at_us: int, step: float
    ) -> Sequence[AttemptRow]:
        made = []
        for n in range(_FAN_OUT):
            subscription = NAMES[self._random.randrange(SUBSCRIPTIONS)]
            started_us = at_us + int(n * step)
            failed = self._random.random() < _FAILS
            made.append(self._attempt(event, subscription, started_us, failed=failed))
            if failed:
                again_us = started_us + 1_000_000
                again = self._attempt(event, subscription, again_us, failed=False)
                made.append(again._replace(number=2))
        return made

    def _attempt(
        self, event: EventRow, subscription: str, started_us: int, *, failed: bool
    ) -> AttemptRow:
        partition = int(event.event_id[-2:], 16) % _PARTITIONS
        self._offsets[partition] += 1
        return AttemptRow(
            at=Place(_ATTEMPTS, partition, self._offsets[partition] - 1),
            started_us=started_us,
            duration_us=int(self._random.lognormvariate(10, 1)),
            subscription=subscription,
            event_id=event.event_id,
            event_type=event.event_type,
            order_id=event.order_id,
            origin=event.at,
            number=1,
            replay=0,
            outcome="failed" if failed else "accepted",
            status=503 if failed else 200,
            route="retry:1s" if failed else "done",
            detail="503 Service Unavailable" if failed else "200",
            traceparent=event.traceparent,
        )

    def _advances(self, rows: Sequence[Row]) -> Sequence[Advance]:
        last: dict[TopicPartition, Row] = {}
        for row in rows:
            last[row.at.topic_partition] = row
        moves = []
        for partition, row in last.items():
            before = self._stand.get(partition, -1)
            after = self._stand[partition] = row.at.offset + 1
            moves.append(Advance(partition, before, after, 0))
        return moves
