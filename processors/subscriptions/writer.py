"""Changes subscriptions: read, change, write, and see it read back.

A compacted topic has no compare-and-set; the last record of an id wins. So a
writer waits until its record comes back, and looks whether another writer's record
came in between. If so, it has just overwritten that one: it takes the other's
version, makes its own change on top and writes again, so both changes stand. Lost
is the other's change only if this process dies between the two writes, or if three
write to the same subscription within the same moment.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from bus.delivery.subscription import Secret, State, Subscription
from bus.delivery.succession import following, rotated
from bus.errors import (
    BrokerUnavailableError,
    InvalidSubscriptionError,
    OrderbusError,
    SubscriptionConflictError,
    SubscriptionNotFoundError,
    SubscriptionStateError,
)
from bus.ports import Clock, Publisher
from bus.record import Message
from processors.subscriptions.keys import Keys
from processors.subscriptions.stored import store
from processors.subscriptions.table import SubscriptionTable, Version

ROUNDS = 5
READ_BACK_S = 10.0

Change: TypeAlias = Callable[[Subscription], Subscription]
_AnyChange: TypeAlias = Callable[[Subscription | None], Subscription | None]


class SubscriptionWriter:
    """Writes subscriptions over `publisher`, reads them back through `table`.

    All methods return the subscription as it then stands. They raise
    `SubscriptionNotFoundError`, `SubscriptionConflictError` (others keep changing
    it), `PublishError` (not written) and `BrokerUnavailableError` (written, but
    not read back in time). A change that changes nothing writes nothing.
    """

    def __init__(
        self,
        publisher: Publisher,
        table: SubscriptionTable,
        keys: Keys,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._publisher = publisher
        self._table = table
        self._keys = keys
        self._clock = clock
        self._random_bytes = random_bytes
        self._lock = asyncio.Lock()

    async def add(self, subscription: Subscription) -> Subscription:
        """Write a new subscription.

        Raises:
            InvalidSubscriptionError: there is one with this id.
        """

        def change(old: Subscription | None) -> Subscription:
            if old is not None:
                raise SubscriptionStateError("id", f"{old.id} exists already")
            return subscription.model_copy(update={"created_at": self._now()})

        return _there(await self._write(subscription.id, change), subscription.id)

    async def update(self, subscription_id: str, change: Change) -> Subscription:
        """Change one. `change` may be called again, with another's newer version."""

        def checked(old: Subscription | None) -> Subscription:
            new = change(_there(old, subscription_id))
            if old is not None and old.state is State.REMOVING and new != old:
                raise SubscriptionStateError("state", f"{old.id} is being removed")
            return new

        return _there(await self._write(subscription_id, checked), subscription_id)

    async def pause(self, subscription_id: str, reason: str = "") -> Subscription:
        """Hold all deliveries until `resume`."""
        return await self.update(
            subscription_id, lambda old: _state(old, State.PAUSED, reason)
        )

    async def resume(self, subscription_id: str) -> Subscription:
        """Deliver again, after `pause` or a 410."""
        return await self.update(
            subscription_id, lambda old: _state(old, State.ACTIVE, "")
        )

    async def disable(self, subscription_id: str, reason: str) -> Subscription:
        """Hold all deliveries because the endpoint said so (410)."""

        def change(old: Subscription) -> Subscription:
            if old.state in {State.DISABLED, State.REMOVING}:
                return old
            return _state(old, State.DISABLED, reason)

        return await self.update(subscription_id, change)

    async def begin_removal(self, subscription_id: str) -> Subscription:
        """Have the processors dead-letter whatever is pending."""
        return await self.update(
            subscription_id,
            lambda old: old.model_copy(update={"state": State.REMOVING}),
        )

    async def rotate(
        self, subscription_id: str, secret: Secret, grace_s: float
    ) -> Subscription:
        """Sign with `secret` from now on, with the others too for `grace_s`."""
        now = self._now()
        return await self.update(
            subscription_id, lambda old: rotated(old, secret, now, grace_s)
        )

    async def remove(self, subscription_id: str) -> None:
        """Take it out of the topic, even one whose record cannot be opened."""
        message = Message(self._table.topic, subscription_id.encode(), None)
        async with self._lock:
            await self._publish(message)

    async def reseal(self, subscription_id: str) -> None:
        """Write it as it is, sealed with the key that seals now."""
        async with self._lock:
            await self._table.ready()
            self._refuse_unreadable(subscription_id)
            same = _there(self._table.get(subscription_id), subscription_id)
            between = await self._put(subscription_id, same, same)
            while between:
                newer = between[-1].subscription
                between = await self._put(subscription_id, newer, newer)

    # --- one write

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    async def _write(
        self, subscription_id: str, change: _AnyChange
    ) -> Subscription | None:
        async with self._lock:
            await self._table.ready()
            self._refuse_unreadable(subscription_id)
            before = self._table.get(subscription_id)
            overwrote, stood = False, [before]
            for _ in range(ROUNDS):
                wanted, refusal = _attempt(change, before)
                wanted = _following(wanted, stood)
                if not overwrote and refusal is not None:
                    raise refusal
                if not overwrote and wanted == before:
                    return before
                between = await self._put(subscription_id, before, wanted)
                if not between and refusal is not None:
                    raise refusal
                if not between:
                    return self._table.get(subscription_id)
                stood += [wanted, *(version.subscription for version in between)]
                before, overwrote = between[-1].subscription, True
            raise SubscriptionConflictError(
                f"others keep changing {subscription_id}; try again"
            )

    async def _put(
        self,
        subscription_id: str,
        before: Subscription | None,
        wanted: Subscription | None,
    ) -> Sequence[Version]:
        """Write, read back; return the versions this has overwritten unseen."""
        value = None
        if wanted is not None:
            if wanted is not before:
                wanted = wanted.model_copy(update={"updated_at": self._now()})
            value = store(wanted, self._keys, self._random_bytes)
        message = Message(self._table.topic, subscription_id.encode(), value)
        with self._table.watch(subscription_id) as seen:
            offset = await self._publish(message)
        return [version for version in seen if version.offset < offset]

    async def _publish(self, message: Message) -> int:
        written = await self._publisher.publish(message)
        try:
            async with asyncio.timeout(READ_BACK_S):
                await self._table.applied(written)
        except TimeoutError:
            raise BrokerUnavailableError(
                f"written to {written.topic}, but not read back"
                f" within {READ_BACK_S:.0f} s"
            ) from None
        return written.offset

    def _refuse_unreadable(self, subscription_id: str) -> None:
        problem = self._table.unreadable.get(subscription_id)
        if problem is not None:
            raise InvalidSubscriptionError(
                subscription_id, f"its stored record cannot be read: {problem}"
            )


def _attempt(
    change: _AnyChange, before: Subscription | None
) -> tuple[Subscription | None, OrderbusError | None]:
    try:
        return change(before), None
    except OrderbusError as refusal:
        return before, refusal


def _following(
    wanted: Subscription | None, stood: Iterable[Subscription | None]
) -> Subscription | None:
    """`wanted`, after all versions that processors may have gone by."""
    for old in stood:
        if wanted is not None and old is not None:
            wanted = following(wanted, old)
    return wanted


def _there(subscription: Subscription | None, subscription_id: str) -> Subscription:
    if subscription is None:
        raise SubscriptionNotFoundError(f"no subscription {subscription_id}")
    return subscription


def _state(old: Subscription, state: State, reason: str) -> Subscription:
    return old.model_copy(update={"state": state, "state_reason": reason})
