"""All subscriptions at run time, kept in step with the subscription table."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bus.delivery.breaker import BreakerPolicy, BreakerState
from bus.delivery.effort import STEPS_A_SECOND, Efforts, Sparing
from bus.delivery.matching import Match, Matcher
from bus.delivery.presence import Presence
from bus.delivery.subscription import State, Subscription
from bus.migration.moves import Moves
from bus.ports import Change, Clock, Observer
from processors.delivery.content import Content
from processors.delivery.slots import Slots
from processors.delivery.subscriber import AttemptStep, Subscriber
from processors.sinks import Sinks

_SWEEP_S = 0.1
_LATE_S = 0.002
_PATIENCE = 10
_LEVELS = {
    BreakerState.CLOSED: 0.0,
    BreakerState.HALF_OPEN: 1.0,
    BreakerState.OPEN: 2.0,
}
_DEEP = 64
"""A queue shorter than this is nobody's trouble."""


@dataclass(frozen=True, slots=True)
class SubscriberPolicy:
    """`share`: over how many processes a subscription's limits are spread.

    `in_flight` is how many attempts this process makes at once, `steps` how many
    steps a second the expressions of one owner may take here.
    """

    spill_after_s: float = 1.0
    share: int = 1
    in_flight: int = 2000
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    steps: int = STEPS_A_SECOND


class View(Protocol):
    """How old what is known of moving orders is."""

    def young(self) -> bool:
        """Whether an event may be left to the other side by it."""
        ...

    async def until_young(self) -> None:
        """Return once it may."""
        ...


class _Young:
    """Of a bus where nobody can move orders."""

    def young(self) -> bool:
        """It may."""
        return True

    async def until_young(self) -> None:
        """At once."""


class Subscribers:
    """One `Subscriber` a subscription, and the matcher over all of them."""

    def __init__(
        self,
        step: AttemptStep,
        *,
        sinks: Sinks,
        policy: SubscriberPolicy,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._step = step
        self._sinks = sinks
        self._policy = policy
        self._clock = clock
        self._observer = observer
        self._all: dict[str, Subscriber] = {}
        self._slots = Slots(policy.in_flight)
        self._efforts = Efforts(policy.steps, clock.monotonic)
        self._sparing = Sparing(self._efforts)
        self._matcher = Matcher(())
        self._stale = False
        self._wakers: list[Callable[[str], None]] = []
        self.moves: Moves | None = None  # who sends, while orders move; else None
        self.view: View = _Young()  # whether `moves` is new enough to go by
        self._sweeper: asyncio.Task[None] | None = None

    # ------------------------------------------------ life

    def start(self) -> None:
        """Begin to look for deliveries that wait too long."""
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep")

    def stop(self) -> None:
        """End the sweeping."""
        if self._sweeper is not None:
            self._sweeper.cancel()

    def changed(self, old: Subscription | None, new: Subscription | None) -> None:
        """Take over a change of the subscription table."""
        self._stale = True
        if new is not None:
            self._put(old, new)
        elif old is not None:
            self._all.pop(old.id, None)
            self._sinks.leave(old.id)
            self._observer.transition(old.id, Change.REMOVED)
        subscription = new or old
        if subscription is not None:
            self.wake(subscription.id)

    def on_wake(self, waker: Callable[[str], None]) -> None:
        """Call `waker` when a subscription's held deliveries may have a chance."""
        self._wakers.append(waker)

    def wake(self, subscription: str) -> None:
        """Tell all who hold deliveries of a subscription to look again."""
        for waker in self._wakers:
            waker(subscription)

    # ------------------------------------------------ asked by programs

    def get(self, subscription: str) -> Subscriber | None:
        """The subscriber, if there is such a subscription."""
        return self._all.get(subscription)

    def subscriptions(self) -> Iterable[Subscription]:
        """All subscriptions as they are now."""
        return [subscriber.subscription for subscriber in self._all.values()]

    def lane_of(self, subscription: str) -> str:
        """Whose ordered topic its deliveries go through; as a rule its own."""
        if self.moves is None:
            return subscription
        lane = self.moves.lane(subscription)
        other = self._all.get(lane)
        if other is None or not other.ordered:
            return subscription
        return subscription if other.subscription.state is State.REMOVING else lane

    def match(self, content: Content) -> Match:
        """Which subscriptions want this event."""
        if self._stale:
            self._matcher = Matcher(self.subscriptions(), self._sparing)
            self._stale = False
        self._sparing.begin()
        return self._matcher.match(content.event, content.doc)

    def relieve(self) -> None:
        """The intake is full: if some have room, those who have none give back.

        Where all that want events are equally deep, nobody is the cause and the
        source waits: that is plain back-pressure.
        """
        deepest = max((s.depth for s in self._all.values()), default=0)
        deep = [s for s in self._all.values() if s.depth * 2 >= deepest]
        if deepest >= _DEEP and len(deep) * 2 <= len(self._all):
            for subscriber in deep:
                subscriber.halve()

    def depths(self) -> Mapping[str, float]:
        """Waiting deliveries by subscription."""
        return {id_: s.depth for id_, s in self._all.items() if s.depth}

    def in_flight(self) -> Mapping[str, float]:
        """Running attempts by subscription."""
        return {id_: s.in_flight for id_, s in self._all.items() if s.in_flight}

    def breakers(self) -> Mapping[str, float]:
        """Breaker state by subscription: 0 closed, 1 half-open, 2 open."""
        return {id_: _LEVELS[s.breaker_state] for id_, s in self._all.items()}

    def open_breakers(self) -> Mapping[str, str]:
        """State by subscription of the breakers that are not closed."""
        states = {id_: s.breaker_state for id_, s in self._all.items()}
        return {
            id_: state.value
            for id_, state in states.items()
            if state is not BreakerState.CLOSED
        }

    def overdrawn(self) -> Sequence[str]:
        """Subscriptions whose deliveries waited lately for their owner's steps."""
        return [id_ for id_, s in self._all.items() if s.overdrawn()]

    def say(self, presence: Presence) -> Presence:
        """Add to what the process says of itself what is not as usual here."""
        return replace(
            presence, breakers=self.open_breakers(), overdrawn=tuple(self.overdrawn())
        )

    # ------------------------------------------------ steps

    def _put(self, old: Subscription | None, new: Subscription) -> None:
        subscriber = self._all.get(new.id)
        if subscriber is None:
            self._all[new.id] = Subscriber(
                new,
                step=self._step,
                sinks=self._sinks,
                policy=self._policy.breaker,
                share=self._policy.share,
                slots=self._slots,
                efforts=self._efforts,
                clock=self._clock,
                observer=self._observer,
                opened=self._turned,
            )
            if self._sweeper is not None:
                # What was there at the start is no news.
                self._observer.transition(new.id, Change.ADDED)
            return
        before = subscriber.subscription
        subscriber.configure(new)
        if _lets_go(before, new):
            self._sinks.leave(new.id)
        disabled = new.state is State.DISABLED and (
            old is None or old.state is not State.DISABLED
        )
        self._observer.transition(
            new.id, Change.DISABLED if disabled else Change.UPDATED, new.state_reason
        )
        subscriber.pump()

    def _turned(self, subscription: str) -> None:
        """A breaker is not closed, or has just become so."""
        subscriber = self._all.get(subscription)
        if subscriber is not None and subscriber.breaker_state is BreakerState.OPEN:
            self._sinks.leave(subscription)
        self.wake(subscription)

    async def _sweep(self) -> None:
        while True:
            asleep = self._clock.monotonic()
            await self._clock.sleep(_SWEEP_S)
            now = self._clock.monotonic()
            limit_s = self._policy.spill_after_s
            if now - asleep > _SWEEP_S + _LATE_S:
                # This process is what is slow: hops would only make it slower.
                limit_s *= _PATIENCE
            before = now - limit_s
            for subscriber in list(self._all.values()):
                if subscriber.depth:
                    subscriber.spill(before)


def _lets_go(before: Subscription, now: Subscription) -> bool:
    """Whether connections that there were are of no use to what it is now."""
    there = before.url, before.tls, before.login
    return now.state is not State.ACTIVE or there != (now.url, now.tls, now.login)
