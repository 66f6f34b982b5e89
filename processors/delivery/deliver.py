"""The one step all programs share: from a ticket that may start to its route.

Read `attempt` from top to bottom: acked → wanted → body → signed → sent → judged →
routed → followed. Sending and judging are the sink's, a kind of endpoint each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bus.delivery.choices import Exhausted, Ordering
from bus.delivery.delivery import (
    Accepted,
    DeadLetter,
    Done,
    Failed,
    Outcome,
    Reason,
    Refused,
    Retry,
    Route,
    Throttled,
    Unreachable,
)
from bus.delivery.routing import fused, route
from bus.ports import Clock, NoAnswerKind, Observer
from bus.topics.topology import Topology
from processors.delivery.deciding import decide
from processors.delivery.hops import Hops
from processors.delivery.posting import BUG, UNRENDERABLE, Posting, said
from processors.delivery.reporting import Held, Reporter, detail_of, status_of
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket
from processors.telemetry import names

_THROTTLE_S = 1.0
"""How long an endpoint is left alone that throttles without saying how long."""


class Acks(Protocol):
    """What consumers said they have processed."""

    def contains(self, subscription: str, event_id: str) -> bool:
        """Whether this delivery was acknowledged."""
        ...


@dataclass(frozen=True, slots=True)
class DeliverPolicy:
    """`first_budget_s`: how long a first attempt may take, whatever its timeout."""

    first_budget_s: float = 5.0


class Deliver:
    """Tries a delivery once and sees it routed."""

    def __init__(  # noqa: PLR0913 - the ports of the step; made in one place
        self,
        *,
        hops: Hops,
        topology: Topology,
        acks: Acks,
        clock: Clock,
        observer: Observer,
        reporter: Reporter,
        disable: Callable[[str, str], None],
        policy: DeliverPolicy,
    ) -> None:
        self._posting = Posting(reporter, policy.first_budget_s)
        self._hops = hops
        self._topology = topology
        self._acks = acks
        self._clock = clock
        self._observer = observer
        self._reporter = reporter
        self._disable = disable

    async def attempt(
        self, subscriber: Subscriber, ticket: Ticket, *, probe: bool
    ) -> None:
        """Try once. Whatever happens, the ticket is settled, moved or held.

        Not if its partition went since the decision to start: the drain has not waited
        for it, and the next owner will try it. Nor if the last secret has expired.
        """
        started = self._clock.now()
        if not ticket.partition.open:
            subscriber.breaker.release()
            return
        if (why := subscriber.kept(ticket, started)) is not None:
            subscriber.breaker.release()
            ticket.home.held(ticket, why)
            return
        ticket.partition.started()
        try:
            delivery, host = ticket.delivery, subscriber.host
            name, event = delivery.subscription, delivery.event
            if self._acks.contains(name, event.webhook_id):
                subscriber.breaker.release()
                self._reporter.attempt(delivery, Accepted(0), Done(), started, host)
                ticket.home.done(ticket)
                return
            if delivery.undecided and not await self._is_wanted(subscriber, ticket):
                return
            span = self._observer.span("attempt", event, host, subscription=name)
            outcome = await self._posting.send(subscriber, ticket, span, started, probe)
            span.end(outcome.name, status_of(outcome))
            decided = self._decide(subscriber, ticket, outcome, probe=probe)
            self._reporter.attempt(
                delivery, outcome, decided, started, host, span.traceparent
            )
            await self._follow(ticket, outcome, decided)
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            subscriber.breaker.release()
            await self._end(ticket, error)
        finally:
            ticket.partition.finished()

    async def dead_letter(self, ticket: Ticket, reason: Reason, detail: str) -> None:
        """Give up a delivery without another attempt."""
        if not ticket.partition.open:
            return
        ticket.partition.started()
        try:
            decided = DeadLetter(reason)
            self._reporter.hop(ticket.delivery, decided, detail)
            used = ticket.delivery.attempts
            if await self._hops.to_dead_letters(
                ticket, reason, attempts=used, detail=detail
            ):
                ticket.home.done(ticket)
        except Exception as error:  # noqa: BLE001 - a bug; the record stays open
            self._reporter.bug(ticket.delivery, error)
        finally:
            ticket.partition.finished()

    async def move(self, ticket: Ticket, tier: str, why: str) -> None:
        """Hop to a tier without a call, the attempt unused."""
        if not ticket.partition.open:
            return
        ticket.partition.started()
        try:
            self._reporter.hop(ticket.delivery, Retry(tier, counted=False), why)
            used = ticket.delivery.attempts
            if await self._hops.to_tier(ticket, tier, attempts=used, detail=why):
                ticket.settle()
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            await self._end(ticket, error)
        finally:
            ticket.partition.finished()

    async def append(self, ticket: Ticket) -> None:
        """Hop to the subscription's ordered topic."""
        if not ticket.partition.open:
            return
        ticket.partition.started()
        try:
            if await self._hops.to_ordered(ticket):
                ticket.settle()
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            await self._end(ticket, error)
        finally:
            ticket.partition.finished()

    # ------------------------------------------------ the rungs

    async def _is_wanted(self, subscriber: Subscriber, ticket: Ticket) -> bool:
        """Ask the filter, which was not possible before; a no is the delivery's end."""
        delivery, verdict = ticket.delivery, decide(subscriber, ticket)
        if verdict.end is None:
            delivery.undecided = False
            return True
        subscriber.breaker.release()
        if verdict.failed:
            self._observer.note(
                names.FILTER_FAILED,
                subscription=delivery.subscription,
                event_id=delivery.event.webhook_id,
                why=verdict.failed,
            )
        if isinstance(verdict.end, DeadLetter):
            await self.dead_letter(ticket, verdict.end.reason, verdict.why)
        else:
            self._reporter.hop(delivery, verdict.end, verdict.why)
            ticket.home.done(ticket)
        return False

    def _decide(
        self, subscriber: Subscriber, ticket: Ticket, outcome: Outcome, *, probe: bool
    ) -> Route | Held:
        self._teach(subscriber, outcome)
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
                if status == _GONE:
                    self._disable(subscriber.subscription.id, "answered 410 Gone")

    async def _follow(
        self, ticket: Ticket, outcome: Outcome, decided: Route | Held
    ) -> None:
        match decided:
            case Done():
                ticket.home.done(ticket)
            case Retry():
                await ticket.home.retry(ticket, decided, detail_of(outcome))
            case DeadLetter(reason=reason):
                number = ticket.delivery.attempts + 1
                if await self._hops.to_dead_letters(
                    ticket, reason, attempts=number, detail=detail_of(outcome)
                ):
                    ticket.home.done(ticket)
            case Held(why=why):
                ticket.home.held(ticket, why)

    # ------------------------------------------------ what nobody foresaw

    async def _end(self, ticket: Ticket, error: Exception) -> None:
        """Settle what a bug kept from its route: a dead letter that says which.

        If the bug keeps it from that, too, its record stays open, uncommitted.
        """
        self._reporter.bug(ticket.delivery, error)
        if ticket.settled:
            return
        try:
            used, why = ticket.delivery.attempts, said(error)
            if await self._hops.to_dead_letters(
                ticket, Reason.BUG, attempts=used, detail=why
            ):
                ticket.home.done(ticket)
        except Exception as again:  # noqa: BLE001 - as said
            self._reporter.bug(ticket.delivery, again)


_EXHAUSTED = DeadLetter(Reason.EXHAUSTED)
_OWN_FAULT = frozenset({UNRENDERABLE, BUG, NoAnswerKind.FORBIDDEN})
_GONE = 410
