"""What follows from an outcome: what its endpoint's breaker learns, where it goes."""

from collections.abc import Callable

from bus.delivery.choices import Exhausted, Ordering
from bus.delivery.delivery import (
    Accepted,
    DeadLetter,
    Failed,
    Outcome,
    Reason,
    Refused,
    Retry,
    Route,
    Throttled,
    Unreachable,
)
from bus.delivery.routing import DONE, GONE, fused, route
from bus.ports import Clock, NoAnswerKind
from bus.topics.topology import Topology
from processors.delivery.posting import BUG, UNRENDERABLE
from processors.delivery.reporting import Held
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket

_THROTTLE_S = 1.0
"""How long an endpoint is left alone that throttles without saying how long."""
_EXHAUSTED = DeadLetter(Reason.EXHAUSTED)
_OWN_FAULT = frozenset({UNRENDERABLE, BUG, NoAnswerKind.FORBIDDEN})


class Consequences:
    """Decides what becomes of a delivery; `disable` is told whose endpoint is gone."""

    def __init__(
        self, topology: Topology, clock: Clock, disable: Callable[[str, str], None]
    ) -> None:
        self._topology = topology
        self._clock = clock
        self._disable = disable

    def of(
        self, subscriber: Subscriber, ticket: Ticket, outcome: Outcome, *, probe: bool
    ) -> Route | Held:
        """Teach the breaker, and return where the delivery goes."""
        self._teach(subscriber, outcome)
        if isinstance(outcome, Accepted):
            return DONE
        decided = self._route(subscriber, ticket, outcome)
        if probe and (isinstance(decided, Retry) or decided == _EXHAUSTED):
            # An outage burns no attempts: a failed probe gives its own back.
            return Held(outcome.name)
        if fused(decided):
            passed = subscriber.breaker.refuse(self._clock.monotonic())
            subscriber.heard(subscriber.breaker.change)
            if not passed:
                return Held("fuse")
        return decided

    def _route(self, subscriber: Subscriber, ticket: Ticket, outcome: Outcome) -> Route:
        if isinstance(outcome, Unreachable) and outcome.kind == UNRENDERABLE:
            return DeadLetter(Reason.UNRENDERABLE)
        subscription = subscriber.subscription
        age_s = self._clock.now() - ticket.delivery.origin.timestamp_ms / 1000
        decided = route(
            outcome,
            number=ticket.delivery.attempts + 1,
            retry=subscription.retry,
            age_s=age_s,
            max_age_s=subscription.max_age_s,
            delay_of=self._topology.tiers,
        )
        if (
            decided == _EXHAUSTED
            and subscription.ordering is Ordering.KEY
            and subscription.on_exhausted is Exhausted.BLOCK
        ):
            return Retry(subscription.retry[-1])
        return decided

    def _teach(self, subscriber: Subscriber, outcome: Outcome) -> None:
        """Tell the breaker what the attempt says about the endpoint."""
        now = self._clock.monotonic()
        breaker = subscriber.breaker
        match outcome:
            case Accepted():
                subscriber.heard(breaker.success(now))
            case Failed(retry_after_s=after):
                subscriber.heard(breaker.failure(now))
                subscriber.hold(after or 0.0)
            case Throttled(retry_after_s=after):
                breaker.release()
                subscriber.hold(after or _THROTTLE_S)
            case Unreachable(kind=kind):
                ours = kind in _OWN_FAULT
                subscriber.heard(breaker.release() if ours else breaker.failure(now))
            case Refused(status=status):
                subscriber.heard(breaker.success(now))
                if status == GONE:
                    self._disable(subscriber.subscription.id, "answered 410 Gone")
