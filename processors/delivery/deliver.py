"""The one step all programs share: from a ticket that may start to its route.

Read `begin` from top to bottom: affordable → acked → wanted → body → signed → sent;
then `_came`: judged → routed → followed. Sending and judging are the sink's, a kind of
endpoint each. What is accepted takes no task of its own: its sender calls back.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from bus.delivery.delivery import (
    Accepted,
    DeadLetter,
    Done,
    Outcome,
    Reason,
    Retry,
)
from bus.delivery.effort import DEAR
from bus.delivery.routing import DONE
from bus.ports import Clock, Observer
from bus.topics.topology import Topology
from processors.delivery.consequences import Consequences
from processors.delivery.deciding import decide
from processors.delivery.hops import Hops
from processors.delivery.posting import Posting, Trying, said
from processors.delivery.reporting import Held, Reporter, detail_of, status_of
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket
from processors.telemetry import names


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
        self._posting = Posting(
            reporter, clock, policy.first_budget_s, self._came, self._soon
        )
        self._consequences = Consequences(topology, clock, disable)
        self._hops = hops
        self._acks = acks
        self._clock = clock
        self._observer = observer
        self._reporter = reporter
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(
        self, subscriber: Subscriber, ticket: Ticket, started: float, *, probe: bool
    ) -> bool:
        """Try once. Whatever happens, the ticket is settled, moved or held.

        True: it is under way, and `subscriber.ended` is called when it is over.
        False: it is over.
        """
        delivery = ticket.delivery
        ticket.partition.started()
        try:
            if self._is_over(subscriber, ticket, started):
                ticket.partition.finished()
                return False
            span = self._observer.span(
                "attempt",
                delivery.event,
                subscriber.host,
                subscription=delivery.subscription,
            )
            self._posting.send(Trying(subscriber, ticket, span, started, probe))
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            self._soon(self._aside(subscriber, ticket, error))
        return True

    def _came(self, trying: Trying, outcome: Outcome) -> None:
        """An attempt has come to something: see it routed."""
        subscriber, ticket = trying.subscriber, trying.ticket
        try:
            trying.span.end(outcome.name, status_of(outcome))
            decided = self._consequences.of(
                subscriber, ticket, outcome, probe=trying.probe
            )
            self._reporter.attempt(
                ticket.delivery,
                outcome,
                decided,
                trying.started,
                subscriber.host,
                trying.span.traceparent,
            )
            if not isinstance(decided, Done):
                self._soon(self._follow(subscriber, ticket, outcome, decided))
                return
            ticket.home.done(ticket)
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            self._soon(self._aside(subscriber, ticket, error))
            return
        _over(subscriber, ticket)

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

    async def append(self, ticket: Ticket, lane: str) -> None:
        """Hop to an ordered topic: the subscription's own, or whose lane it shares."""
        if not ticket.partition.open:
            return
        ticket.partition.started()
        try:
            if await self._hops.to_ordered(ticket, lane):
                ticket.settle()
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            await self._end(ticket, error)
        finally:
            ticket.partition.finished()

    # ------------------------------------------------ the rungs

    def _is_over(self, subscriber: Subscriber, ticket: Ticket, now: float) -> bool:
        """Whether nothing is to be sent; then all that is to be done was begun."""
        delivery = ticket.delivery
        if subscriber.overdraws(ticket):
            ticket.home.held(ticket, DEAR)
        elif self._acks.contains(delivery.subscription, delivery.event.webhook_id):
            self._reporter.attempt(delivery, Accepted(0), DONE, now, subscriber.host)
            ticket.home.done(ticket)
        elif not delivery.undecided or self._is_wanted(subscriber, ticket):
            return False
        subscriber.breaker.release()
        return True

    def _is_wanted(self, subscriber: Subscriber, ticket: Ticket) -> bool:
        """Ask the filter, which was not possible before; a no is the delivery's end."""
        delivery, verdict = ticket.delivery, decide(subscriber, ticket)
        if verdict.end is None:
            delivery.undecided = False
            return True
        if verdict.failed:
            self._observer.note(
                names.FILTER_FAILED,
                subscription=delivery.subscription,
                event_id=delivery.event.webhook_id,
                why=verdict.failed,
            )
        if isinstance(verdict.end, DeadLetter):
            self._soon(self.dead_letter(ticket, verdict.end.reason, verdict.why))
        else:
            self._reporter.hop(delivery, verdict.end, verdict.why)
            ticket.home.done(ticket)
        return False

    async def _follow(
        self,
        subscriber: Subscriber,
        ticket: Ticket,
        outcome: Outcome,
        decided: Retry | DeadLetter | Held,
    ) -> None:
        """See a delivery to where it goes that was not accepted; that may take long."""
        try:
            match decided:
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
        except Exception as error:  # noqa: BLE001 - a bug; the delivery is not lost by it
            subscriber.breaker.release()
            await self._end(ticket, error)
        finally:
            _over(subscriber, ticket)

    def _soon(self, step: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------ what nobody foresaw

    async def _aside(
        self, subscriber: Subscriber, ticket: Ticket, error: Exception
    ) -> None:
        """End an attempt that met a bug."""
        subscriber.breaker.release()
        try:
            await self._end(ticket, error)
        finally:
            _over(subscriber, ticket)

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


def _over(subscriber: Subscriber, ticket: Ticket) -> None:
    ticket.partition.finished()
    subscriber.ended()
