"""Deliveries of one partition that wait in memory: until due, until let go.

Each is offered to its subscriber when its time has come and the subscriber is open.
What waits too long becomes a dead letter, so that nothing expires in a topic.
"""

import asyncio
import heapq
from collections.abc import Callable

from bus.delivery.breaker import BreakerState
from bus.delivery.delivery import Reason
from bus.delivery.subscription import State
from bus.ports import Clock, Observer
from processors.delivery.deliver import Deliver
from processors.delivery.partition import wait_for
from processors.delivery.subscriber import Subscriber
from processors.delivery.subscribers import Subscribers
from processors.delivery.ticket import Ticket
from processors.telemetry import names

_FOREVER_S = 3600.0
_PROBE_S = 0.05


class Waiting:
    """The deliveries that wait, soonest first, and the task that lets them go."""

    def __init__(
        self,
        subscription: str,
        *,
        subscribers: Subscribers,
        deliver: Deliver,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._subscription = subscription
        self._subscribers = subscribers
        self._deliver = deliver
        self._clock = clock
        self._observer = observer
        self._heap: list[tuple[int, int, Ticket]] = []
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._heap)

    def put(self, ticket: Ticket, due_ms: int) -> None:
        """Let a ticket wait until `due_ms`, epoch milliseconds."""
        if self._closed:
            return
        heapq.heappush(self._heap, (due_ms, ticket.delivery.record.offset, ticket))
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        elif self._heap[0][2] is ticket:
            self._woken.set()

    def wake(self) -> None:
        """Something changed for the subscription: look again."""
        self._woken.set()

    def close(self) -> None:
        """Forget all that waits; somebody else will read it again."""
        self._closed = True
        self._heap.clear()
        if self._task is not None:
            self._task.cancel()

    # ------------------------------------------------ steps

    async def _serve(self) -> None:
        while self._heap:
            self._woken.clear()
            subscriber = self._subscribers.get(self._subscription)
            pause_s = _FOREVER_S if subscriber is None else self._let_go(subscriber)
            if pause_s > 0 and self._heap:
                await wait_for(self._clock, self._woken, pause_s)
        self._task = None

    def _let_go(self, subscriber: Subscriber) -> float:
        """Do what the first ticket's time has come for; else how long to wait, s."""
        due_ms, _, ticket = self._heap[0]
        now_ms = self._clock.now() * 1000
        subscription = subscriber.subscription
        if subscription.state is State.REMOVING:
            self._end(Reason.REMOVED, "subscription removed")
            return 0.0
        expires_ms = ticket.delivery.origin.timestamp_ms + subscription.max_age_s * 1000
        if now_ms >= expires_ms:
            self._end(Reason.TOO_OLD, f"older than {subscription.max_age_s:.0f} s")
            return 0.0
        left_s = (expires_ms - now_ms) / 1000
        if now_ms < due_ms:
            return min((due_ms - now_ms) / 1000, left_s)
        chance = subscriber.chance(ticket)
        if chance is None:
            return left_s
        wait_s = chance - self._clock.monotonic()
        if wait_s > 0:
            return min(wait_s, left_s)
        return self._offer(subscriber, (now_ms - due_ms) / 1000)

    def _offer(self, subscriber: Subscriber, late_s: float) -> float:
        _, _, ticket = heapq.heappop(self._heap)
        ticket.since = self._clock.monotonic()
        if subscriber.breaker_state is not BreakerState.CLOSED:
            # One at a time: the probe's result wakes us for the next.
            subscriber.offer(ticket)
            return _PROBE_S
        if ticket.delivery.tier is not None:
            self._observer.measure(names.LATENESS, late_s, ticket.delivery.tier)
        subscriber.offer(ticket)
        return 0.0

    def _end(self, reason: Reason, detail: str) -> None:
        _, _, ticket = heapq.heappop(self._heap)
        ending = asyncio.create_task(self._deliver.dead_letter(ticket, reason, detail))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


WaitingFor = Callable[[str], Waiting]
"""Makes a `Waiting` for a subscription."""
