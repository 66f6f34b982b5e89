"""The deliveries of one subscription: the bus's own breaker and routing, no I/O."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from bus.adapters.memory.broker import MemoryBroker
from bus.delivery.breaker import Breaker, BreakerState
from bus.delivery.delivery import (
    DeadLetter,
    Done,
    Outcome,
    Retry,
    Route,
    Throttled,
    Unreachable,
)
from bus.delivery.routing import fused, judge, route
from bus.delivery.subscription import DEFAULT_TRANSIENT
from bus.log.rows import AttemptRow, Place
from bus.record import Commit, Message, TopicPartition

Answer: TypeAlias = tuple[int | str, float]
"""A status, or the kind of no answer; and how long that took."""
Endpoint: TypeAlias = Callable[[Random], Answer]

RETRY: Mapping[str, float] = {"1s": 1.0, "5s": 5.0, "30s": 30.0}
_TIERS = tuple(RETRY)
_MAX_AGE_S = 172_800.0
_THROTTLE_S = 1.0
_UNKNOWN_PLACE = Place("bus.attempts", 0, 0)


@dataclass(slots=True, eq=False)
class Delivery:
    """One event on its way; `number` attempts are over. Times are epoch seconds."""

    id: str
    type: str
    arrived: float
    number: int = 0
    tier: str | None = None
    offset: int = -1


@dataclass(slots=True)
class Flow:
    """What befalls them, at one endpoint.

    `holds`: somebody wants them to wait. `late_s` is how much later than it is due the
    retry program takes a delivery, None: never.
    """

    name: str
    endpoint: Endpoint
    random: Random
    broker: MemoryBroker
    retry_group: str
    holds: bool = False
    late_s: float | None = 0.0
    breaker: Breaker = field(default_factory=Breaker)
    _fresh: list[tuple[float, Delivery]] = field(default_factory=list)
    _due: list[tuple[float, int, Delivery]] = field(default_factory=list)
    _waits: dict[str, dict[int, Delivery]] = field(
        default_factory=lambda: {tier: {} for tier in _TIERS}
    )
    _sequence: int = 0
    _tried: float = 0.0

    def begin(self, delivery: Delivery, at: float) -> None:
        """A first attempt is to be made."""
        self._fresh.append((at, delivery))

    def until(self, now: float) -> Iterator[AttemptRow]:
        """Let time pass; return what was tried and held meanwhile."""
        self._fresh.sort(key=lambda one: one[0])
        fresh, self._fresh = self._fresh, []
        for at, delivery in fresh:
            yield from self._retries(at)
            yield self._try(delivery, at)
        yield from self._retries(now)
        self._commit()

    def state(self, now: float) -> str:
        """The breaker's."""
        return self.breaker.state(now).value

    @property
    def is_closed(self) -> bool:
        """Whether the breaker lets everything through."""
        return self.breaker.state(0) is BreakerState.CLOSED

    def _retries(self, now: float) -> Iterator[AttemptRow]:
        """What is due is tried as soon as the breaker lets it; till then it stands."""
        if self.holds or self.late_s is None:
            return
        while self._due:
            due = self._due[0][0] + self.late_s
            at = self.breaker.next_chance(max(due, self._tried))
            if at >= now:
                return
            _, _, delivery = heapq.heappop(self._due)
            if delivery.tier is not None:
                del self._waits[delivery.tier][delivery.offset]
            self._tried = at
            yield self._try(delivery, at)

    def _try(self, delivery: Delivery, at: float) -> AttemptRow:
        if self.holds or not self.breaker.acquire(at):
            return self._hold(delivery, at)
        status, took_s = self.endpoint(self.random)
        outcome = _outcome(status, at)
        self._report(outcome, at)
        delivery.number += 1
        decided: Route = route(
            outcome,
            number=delivery.number,
            retry=_TIERS,
            age_s=at - delivery.arrived,
            max_age_s=_MAX_AGE_S,
            delay_of=RETRY,
        )
        if fused(decided) and not self.breaker.refuse(at):
            return self._hold(delivery, at)
        said = "done"
        match decided:
            case Retry(tier=tier):
                said = f"retry:{tier}"
                self._wait(delivery, tier, at + took_s, RETRY[tier])
            case DeadLetter(reason=reason):
                said = f"dead_letter:{reason.value}"
            case Done():
                pass
        return self._row(delivery, at, took_s, outcome.name, said)

    def _report(self, outcome: Outcome, at: float) -> None:
        if isinstance(outcome, Throttled):
            wait_s = outcome.retry_after_s or _THROTTLE_S
            self.breaker.release()
            self.breaker.hold(at + wait_s, at)
        elif outcome.name in {"failed", "unreachable"}:
            self.breaker.failure(at)
        else:
            self.breaker.success(at)

    def _hold(self, delivery: Delivery, at: float) -> AttemptRow:
        tier = delivery.tier or _TIERS[0]
        self._wait(delivery, tier, at, RETRY[tier])
        return self._row(delivery, at, 0.0, "held", "held", number=0)

    def _wait(self, delivery: Delivery, tier: str, at: float, wait_s: float) -> None:
        tp = self._topic(tier)
        delivery.tier = tier
        delivery.offset = self.broker.log(tp).append(
            Message(tp.topic, b"", b""), int(at * 1000)
        )
        self._waits[tier][delivery.offset] = delivery
        self._sequence += 1
        heapq.heappush(self._due, (at + wait_s, self._sequence, delivery))

    def _commit(self) -> None:
        """The retry program's positions: up to the oldest that still waits."""
        positions = self.broker.group(self.retry_group).positions
        for tier, waits in self._waits.items():
            tp = self._topic(tier)
            log = self.broker.log(tp)
            positions[tp] = Commit(min(waits, default=log.end))
            log.trim(positions[tp].offset)

    def _topic(self, tier: str) -> TopicPartition:
        return TopicPartition(f"bus.retry.{self.name}.{tier}", 0)

    def _row(
        self,
        delivery: Delivery,
        at: float,
        took_s: float,
        outcome: str,
        said: str,
        *,
        number: int | None = None,
    ) -> AttemptRow:
        return AttemptRow(
            at=_UNKNOWN_PLACE,
            started_us=int(at * 1e6),
            duration_us=int(took_s * 1e6),
            subscription=self.name,
            event_id=delivery.id,
            event_type=delivery.type,
            order_id="",
            origin=None,
            number=delivery.number if number is None else number,
            replay=0,
            outcome=outcome,
            status=0,
            route=said,
        )


def _outcome(status: int | str, at: float) -> Outcome:
    if isinstance(status, str):
        return Unreachable(status)
    return judge(status, None, "", DEFAULT_TRANSIENT, at)
