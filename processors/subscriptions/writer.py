"""Changes subscriptions: read, change, write, and see it read back.

Of two changes made at once one stands, and the writer of the other makes its own again
on top of it, so that both do; see `bus.versions`.
"""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC, datetime
from typing import Self, TypeAlias

from bus.access.entities import Entity
from bus.delivery.subscription import Secret, State, Subscription, one_line
from bus.delivery.succession import following, rotated
from bus.errors import (
    ConflictError,
    InvalidSubscriptionError,
    SubscriptionConflictError,
    SubscriptionNotFoundError,
    SubscriptionStateError,
    VersionMismatchError,
)
from bus.ports import Clock, Publisher
from processors.access.trail import IN_DOUBT, Trail, in_doubt
from processors.subscriptions.audited import differences
from processors.subscriptions.keys import Keys
from processors.subscriptions.stored import store
from processors.subscriptions.table import SubscriptionTable
from processors.versioned import Anew, VersionedWriter, Wanted

Change: TypeAlias = Callable[[Subscription], Subscription]
_AnyChange: TypeAlias = Callable[[Subscription | None], Subscription | None]


class SubscriptionWriter:
    """Writes subscriptions over `publisher`, reads them back through `table`.

    All methods return the subscription as it then stands. They raise
    `SubscriptionNotFoundError`, `SubscriptionConflictError` (others keep changing
    it), `PublishError` (not written) and `BrokerUnavailableError` (written, but
    not read back in time). A change that changes nothing writes nothing. With
    `if_version`, one that is not as `table.version` said raises
    `VersionMismatchError`.
    """

    def __init__(
        self,
        publisher: Publisher,
        table: SubscriptionTable,
        keys: Keys,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        trail: Trail,
    ) -> None:
        self.versions = VersionedWriter(publisher, table, clock)
        self._table = table
        self._keys = keys
        self._clock = clock
        self._random_bytes = random_bytes
        self._trail = trail

    def by(self, trail: Trail) -> Self:
        """The same writer, its changes somebody else's."""
        other = copy(self)
        other._trail = trail  # noqa: SLF001 - our own
        return other

    async def add(self, subscription: Subscription) -> Subscription:
        """Write a new subscription.

        Raises:
            InvalidSubscriptionError: there is one with this id.
        """

        def change(old: Subscription | None) -> Subscription:
            if old is not None:
                raise SubscriptionStateError("id", f"{old.id} exists already")
            return subscription.model_copy(update={"created_at": self._now()})

        made = await self._write(subscription.id, change, "add")
        return _there(made, subscription.id)

    async def update(
        self,
        subscription_id: str,
        change: Change,
        *,
        if_version: str | None = None,
        action: str = "change",
    ) -> Subscription:
        """Change one. `change` may be called again, with another's newer version.

        `action` is what the audit calls it.
        """

        def checked(old: Subscription | None) -> Subscription:
            new = change(_there(old, subscription_id))
            if old is not None and old.state is State.REMOVING and new != old:
                raise SubscriptionStateError("state", f"{old.id} is being removed")
            return new

        written = await self._write(subscription_id, checked, action, if_version)
        return _there(written, subscription_id)

    async def pause(
        self, subscription_id: str, reason: str = "", *, if_version: str | None = None
    ) -> Subscription:
        """Hold all deliveries until `resume`."""
        if reason != one_line(reason):
            why = "expected one line without control characters, of at most 500"
            raise InvalidSubscriptionError("reason", why)
        return await self.update(
            subscription_id,
            lambda old: _state(old, State.PAUSED, reason),
            if_version=if_version,
            action="pause",
        )

    async def resume(
        self, subscription_id: str, *, if_version: str | None = None
    ) -> Subscription:
        """Deliver again, after `pause` or a 410."""
        return await self.update(
            subscription_id,
            lambda old: _state(old, State.ACTIVE, ""),
            if_version=if_version,
            action="resume",
        )

    async def disable(self, subscription_id: str, reason: str) -> Subscription:
        """Hold all deliveries because the endpoint said so (410)."""

        def change(old: Subscription) -> Subscription:
            if old.state in {State.DISABLED, State.REMOVING}:
                return old
            return _state(old, State.DISABLED, one_line(reason))

        return await self.update(subscription_id, change, action="disable")

    async def begin_removal(
        self, subscription_id: str, *, if_version: str | None = None
    ) -> Subscription:
        """Have the processors dead-letter whatever is pending."""
        return await self.update(
            subscription_id,
            lambda old: old.model_copy(update={"state": State.REMOVING}),
            if_version=if_version,
            action="begin removal",
        )

    async def rotate(
        self,
        subscription_id: str,
        secret: Secret,
        grace_s: float,
        *,
        over: Subscription,
        if_version: str | None = None,
    ) -> Subscription:
        """Sign with `secret` from now on, with those of `over` too for `grace_s`."""
        now = self._now()
        return await self.update(
            subscription_id,
            lambda old: rotated(old, secret, now, grace_s, over=over),
            if_version=if_version,
            action="rotate",
        )

    async def remove(self, subscription_id: str) -> None:
        """Take it out of the topic, even one whose record cannot be opened."""
        before = None

        def anew() -> Wanted:
            nonlocal before
            before = self._table.get(subscription_id)
            return Wanted(None)

        async def doubt() -> None:
            await self._note(f"remove{IN_DOUBT}", subscription_id, before, None)

        async with in_doubt(doubt):
            await self._insist(subscription_id, anew)
        await self._note("remove", subscription_id, before, None)

    async def reseal(self, subscription_id: str) -> None:
        """Write it as it is, sealed with the key that seals now."""
        same = None

        def anew() -> Wanted:
            nonlocal same
            self._refuse_unreadable(subscription_id)
            same = _there(self._table.get(subscription_id), subscription_id)
            return self._sealed(same)

        await self._insist(subscription_id, anew)
        await self._note("reseal", subscription_id, same, same)

    # --- one write

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    async def _insist(self, subscription_id: str, anew: Anew) -> None:
        try:
            await self.versions.insist(subscription_id.encode(), anew)
        except ConflictError as error:
            raise SubscriptionConflictError(str(error)) from None

    async def _write(
        self,
        subscription_id: str,
        change: _AnyChange,
        action: str,
        if_version: str | None = None,
    ) -> Subscription | None:
        before: Subscription | None = None
        after: Subscription | None = None
        tried: list[Subscription | None] = []

        def anew() -> Wanted | None:
            nonlocal before, after
            self._refuse(subscription_id, if_version)
            before = self._table.get(subscription_id)
            after = _following(change(before), (before, *tried))
            if after == before:
                return None
            if after is not None:
                after = after.model_copy(update={"updated_at": self._now()})
            tried.append(after)
            return self._sealed(after)

        async def doubt() -> None:
            if tried:
                said = f"{action}{IN_DOUBT}"
                await self._note(said, subscription_id, before, tried[-1])

        async with in_doubt(doubt):
            await self._insist(subscription_id, anew)
        if after != before:
            await self._note(action, subscription_id, before, after)
        return self._table.get(subscription_id)

    async def _note(
        self,
        action: str,
        subscription_id: str,
        before: Subscription | None,
        after: Subscription | None,
    ) -> None:
        left, right = differences(before, after)
        whose = after or before
        await self._trail.note(
            action,
            Entity.SUBSCRIPTION,
            subscription_id,
            tenant=whose.owner if whose else "",
            before=left,
            after=right,
        )

    def _sealed(self, subscription: Subscription | None) -> Wanted:
        if subscription is None:
            return Wanted(None)
        return Wanted(store(subscription, self._keys, self._random_bytes))

    def _refuse(self, subscription_id: str, if_version: str | None) -> None:
        self._refuse_unreadable(subscription_id)
        if if_version not in {None, self._table.version(subscription_id)}:
            raise VersionMismatchError(f"{subscription_id} was changed meanwhile")

    def _refuse_unreadable(self, subscription_id: str) -> None:
        problem = self._table.unreadable.get(subscription_id)
        if problem is not None:
            raise SubscriptionStateError(
                subscription_id, f"its stored record cannot be read: {problem}"
            )


def _following(
    wanted: Subscription | None, stood: Iterable[Subscription | None]
) -> Subscription | None:
    """`wanted`, after all versions that some processor may have gone by.

    One of an older `bus` goes by every record, by those that were ignored as well.
    """
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
