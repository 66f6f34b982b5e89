"""A subscription at run time: its queue, its limits, its breaker.

Tickets start here while the breaker, the rate and the concurrency allow. A ticket
that may not start goes back to its home; it never blocks another subscription.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from bus.delivery.breaker import Breaker, BreakerPolicy, BreakerState, Cause, Transition
from bus.delivery.choices import Ordering
from bus.delivery.effort import Efforts, payer_of
from bus.delivery.endpoint import AVRO_TYPE, passes_on, way_of
from bus.delivery.expressions import Expression, compile_expression
from bus.delivery.rate import Bucket, changed
from bus.delivery.subscription import State, Subscription
from bus.ports import Change, Clock, Observer
from bus.sending import Head, Sink, StraightSink
from bus.webhook.rendering import Representation, content_type, negotiate
from bus.webhook.signing import Signer
from processors.delivery.slots import Slots
from processors.delivery.ticket import Ticket
from processors.sinks import Sinks


class AttemptStep(Protocol):
    """The deliver step, as a subscriber calls it."""

    def __call__(
        self, subscriber: "Subscriber", ticket: Ticket, started: float, *, probe: bool
    ) -> bool:
        """Try a ticket once, now (epoch s), and see it routed. Never raises.

        True: it is under way, and `subscriber.ended` is called when it is over.
        False: it is over.
        """
        ...


class Subscriber:
    """Starts a subscription's tickets as fast as it allows."""

    def __init__(  # noqa: PLR0913 - what a subscriber is made of; made in one place
        self,
        subscription: Subscription,
        *,
        step: AttemptStep,
        sinks: Sinks,
        policy: BreakerPolicy,
        share: int,
        slots: Slots,
        efforts: Efforts,
        clock: Clock,
        observer: Observer,
        opened: Callable[[str], None],
    ) -> None:
        self._step = step
        self._sinks = sinks
        self._share = share
        self._slots = slots
        self._efforts = efforts
        self._clock = clock
        self._observer = observer
        self._opened = opened
        self.breaker = Breaker(policy)
        self.in_flight = 0
        self._fresh: deque[Ticket] = deque()
        self._due: deque[Ticket] = deque()
        self._timer: asyncio.Task[None] | None = None
        self._dear_at = float("-inf")
        self._bucket: Bucket | None = None
        self.configure(subscription)

    def configure(self, subscription: Subscription) -> None:
        """Take over a changed subscription; queue and breaker stay."""
        self.subscription = subscription
        self._payer = payer_of(subscription)
        self.ordered = subscription.ordering is Ordering.KEY
        self._barred = _barred(subscription)
        self.host = urlsplit(subscription.url).hostname or ""
        self._configure_sink(subscription)
        self.representation: Representation = negotiate(subscription.accept)
        self.transform: Expression | None = (
            compile_expression(subscription.transform)
            if subscription.transform
            else None
        )
        self.signer = Signer.of(subscription.secrets)
        self.verbatim = passes_on(subscription.url)
        body_type = AVRO_TYPE if self.verbatim else content_type(self.representation)
        headers = (("content-type", body_type), *subscription.headers.items())
        self.head = Head(subscription.url, headers, subscription.tls)
        self._concurrency = -(-subscription.concurrency // self._share)
        rate = subscription.limit and subscription.limit / self._share
        self._bucket = changed(self._bucket, rate, self._clock.monotonic())
        if self._timer is not None:  # It waits for a chance of the rate that was.
            self._timer.cancel()
            self._timer = None
            self._slots.soon(self)
        if self.signer.until_s < float("inf"):
            self._observer.transition(subscription.id, Change.HELD, _UNSIGNED)

    def _configure_sink(self, subscription: Subscription) -> None:
        sink = self._sinks.of(way_of(subscription.url))
        self._absent: str | None = None
        self.straight: StraightSink | None = None
        if isinstance(sink, str):
            self._absent = sink
            self._observer.transition(subscription.id, Change.HELD, sink)
            return
        self.sink: Sink = sink
        if isinstance(sink, StraightSink):
            self.straight = sink

    # ------------------------------------------------ asked from outside

    @property
    def depth(self) -> int:
        """Tickets that wait for their turn."""
        return len(self._fresh) + len(self._due)

    def chance(self, ticket: Ticket) -> float | None:
        """When a ticket may start, monotonic; None: not before a change of state."""
        if self.withheld(self._clock.now()) is not None:
            return None
        chance = self.breaker.next_chance(self._clock.monotonic())
        if self.transform is not None or ticket.delivery.undecided:
            return max(chance, self._efforts.next_chance(self._payer))
        return chance

    def overdraws(self, ticket: Ticket) -> bool:
        """Whether a ticket may not be tried as its owner has no steps left for it."""
        if self.transform is None and not ticket.delivery.undecided:
            return False
        if self._efforts.left(self._payer) > 0:
            return False
        self.overdrew()
        return True

    def overdrew(self) -> None:
        """Deliveries wait, as its expressions have used up their steps; it is told."""
        now = self._clock.monotonic()
        if now - self._dear_at > _LATELY_S:
            self._observer.transition(self.subscription.id, Change.HELD, _OVERDRAWN)
        self._dear_at = now

    def overdrawn(self) -> bool:
        """Whether it was so lately."""
        return self._clock.monotonic() - self._dear_at <= _LATELY_S

    def spent(self, steps: int) -> None:
        """One of its expressions has taken so many steps."""
        self._efforts.spend(self._payer, steps)

    def withheld(self, now: float) -> str | None:
        """Why nothing may start until the subscription changes, or None."""
        unsigned = _UNSIGNED if now >= self.signer.until_s else None
        return self._barred or unsigned or self._absent

    def offer(self, ticket: Ticket) -> None:
        """Queue a ticket; what may start starts in the next turn of the loop."""
        (self._fresh if ticket.home.first else self._due).append(ticket)
        self._slots.soon(self)

    def pump(self) -> None:
        """Start tickets while the limits allow."""
        while self.in_flight < self._concurrency and self._older() is not None:
            if not self._slots.take(self):
                return
            self.in_flight += 1
            if not self._began():
                self._leave()
                return

    def spill(self, before: float) -> None:
        """Give back fresh tickets that have waited since before this time."""
        while self._fresh and self._fresh[0].since <= before:
            self._give_back(self._fresh.popleft(), "busy")

    def halve(self) -> None:
        """Give back the older half of the fresh tickets."""
        for _ in range((len(self._fresh) + 1) // 2):
            self._give_back(self._fresh.popleft(), "crowded")

    # ------------------------------------------------ told by the deliver step

    def heard(self, transition: Transition | None) -> None:
        """The breaker learned something: report it, wake who waits for it."""
        if transition is not None:
            change = _CHANGES[transition.new]
            if transition.why is Cause.FUSE:
                change = Change.FUSE_BLOWN
            self._observer.transition(self.subscription.id, change, transition.why)
        if transition is not None or not self.breaker.closed:
            self._opened(self.subscription.id)

    def hold(self, seconds: float) -> None:
        """Leave the endpoint alone for a while, as it asked."""
        if seconds <= 0:
            return
        now = self._clock.monotonic()
        self.breaker.hold(now + seconds, now)
        self._observer.transition(
            self.subscription.id, Change.HELD, f"for {seconds:.0f} s"
        )

    @property
    def breaker_state(self) -> BreakerState:
        """The breaker's state now."""
        return self.breaker.state(self._clock.monotonic())

    def ended(self) -> None:
        """An attempt that was under way is over; its slot goes to whose turn it is."""
        self._leave()
        if self._fresh or self._due:
            self._slots.soon(self)

    # ------------------------------------------------ steps

    def _began(self) -> bool:
        """Begin the next ticket that may start, and those that are over at once."""
        while (following := self._next()) is not None:
            ticket, started = following
            probe = not self.breaker.closed
            if self._step(self, ticket, started, probe=probe):
                return True
        return False

    def _leave(self) -> None:
        self.in_flight -= 1
        self._slots.give()

    def _next(self) -> tuple[Ticket, float] | None:
        """The next ticket that may start, with the time (epoch s)."""
        while (queue := self._older()) is not None:
            if not queue[0].partition.open:
                queue.popleft()
                continue
            now, time = self._clock.monotonic(), self._clock.now()
            if (why := self.withheld(time)) is not None:
                self._give_all_back(why)
            elif self._bucket is not None and not self._bucket.take(now):
                self._pump_at(self._bucket.next_chance(now))
                return None
            elif not self.breaker.acquire(now):
                self._give_all_back("breaker")
            else:
                self.heard(self.breaker.change)
                return queue.popleft(), time
        return None

    def _older(self) -> deque[Ticket] | None:
        if not self._due:
            return self._fresh or None
        if not self._fresh or self._due[0].since <= self._fresh[0].since:
            return self._due
        return self._fresh

    def _give_all_back(self, why: str) -> None:
        queued = [*self._due, *self._fresh]
        self._due.clear()
        self._fresh.clear()
        for ticket in queued:
            self._give_back(ticket, why)

    def _give_back(self, ticket: Ticket, why: str) -> None:
        if ticket.partition.open:
            ticket.home.held(ticket, why)

    def _pump_at(self, when: float) -> None:
        if self._timer is None:
            wait = self._pump_after(when - self._clock.monotonic())
            self._timer = asyncio.create_task(wait)

    async def _pump_after(self, delay_s: float) -> None:
        await self._clock.sleep(max(_LEAST_S, delay_s))
        self._timer = None
        self.pump()


def _barred(subscription: Subscription) -> str | None:
    if subscription.state is not State.ACTIVE:
        return subscription.state
    return UNPROVEN if subscription.unproven else None


UNPROVEN = "unproven"
"""Why deliveries wait whose endpoint has not said yet that it wants them."""
_UNSIGNED = "no signing secret that lasts"
_OVERDRAWN = "its filter or transform takes more steps than its owner has"
_LATELY_S = 60.0
_LEAST_S = 0.001  # less may be no time at all for a clock of floats
_CHANGES = {
    BreakerState.OPEN: Change.BREAKER_OPENED,
    BreakerState.HALF_OPEN: Change.BREAKER_PROBING,
    BreakerState.CLOSED: Change.BREAKER_CLOSED,
}
