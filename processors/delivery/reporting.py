"""What is said of every attempt and every hop without one."""

from collections.abc import Callable
from dataclasses import dataclass

from bus.delivery.delivery import (
    Accepted,
    Attempt,
    DeadLetter,
    Delivery,
    Done,
    Outcome,
    Retry,
    Route,
    Unreachable,
)
from bus.ports import Clock, Observer
from processors.telemetry import names


@dataclass(frozen=True, slots=True)
class Held:
    """The breaker or the fuse keeps the delivery; its attempt is given back."""

    why: str


class Reporter:
    """Tells the observer and the attempt log, in one shape."""

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        log_attempt: Callable[[Attempt], None],
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._log_attempt = log_attempt

    def attempt(
        self,
        delivery: Delivery,
        outcome: Outcome,
        decided: Route | Held,
        started: float,
        host: str,
        traceparent: str | None = None,
    ) -> None:
        """An attempt was made and its route is decided; `started` is epoch s."""
        event = delivery.event
        attempt = Attempt(
            event_id=event.webhook_id,
            event_type=event.type,
            order_id=event.subject,
            subscription=delivery.subscription,
            number=delivery.attempts + 1,
            outcome=outcome.name,
            status=status_of(outcome),
            detail="" if isinstance(outcome, Accepted) else detail_of(outcome),
            route=_route_name(decided),
            started_us=int(started * 1e6),
            duration_us=int((self._clock.now() - started) * 1e6),
            origin=delivery.origin,
            replay=delivery.replay,
            traceparent=traceparent,
        )
        self._tell(attempt, host)

    def hop(self, delivery: Delivery, decided: Route, why: str) -> None:
        """A delivery moves on without a call."""
        event = delivery.event
        attempt = Attempt(
            event_id=event.webhook_id,
            event_type=event.type,
            order_id=event.subject,
            subscription=delivery.subscription,
            number=0,
            outcome="held",
            status=0,
            detail=why,
            route=_route_name(decided),
            started_us=int(self._clock.now() * 1e6),
            duration_us=0,
            origin=delivery.origin,
            replay=delivery.replay,
        )
        self._tell(attempt, "")

    def bug(self, delivery: Delivery, error: Exception) -> None:
        """An exception that nobody foresaw befell a delivery."""
        record = delivery.record
        self._observer.note(
            names.BUG,
            why=repr(error),
            subscription=delivery.subscription,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            exc_info=error,
        )

    def _tell(self, attempt: Attempt, host: str) -> None:
        try:
            self._observer.attempt(attempt, host)
            self._log_attempt(attempt)
        except Exception as error:  # noqa: BLE001 - a bug; what is told decides nothing
            self._observer.note(
                names.BUG,
                why=repr(error),
                subscription=attempt.subscription,
                event_id=attempt.event_id,
                exc_info=error,
            )


def status_of(outcome: Outcome) -> int:
    """The HTTP status, 0 if there was none."""
    return 0 if isinstance(outcome, Unreachable) else outcome.status


def detail_of(outcome: Outcome) -> str:
    """One line for people: status and excerpt, or why there was no answer."""
    match outcome:
        case Unreachable(kind=kind, detail=detail):
            return f"{kind}: {detail}" if detail else kind
        case Accepted(status=status):
            return str(status)
        case _:
            return f"{outcome.status} {outcome.detail}".rstrip()


def _route_name(decided: Route | Held) -> str:
    match decided:
        case Done():
            return "done"
        case Retry(tier=tier):
            return f"retry:{tier}"
        case DeadLetter(reason=reason):
            return f"dead_letter:{reason}"
        case Held():
            return "held"
