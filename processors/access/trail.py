"""Writing down who changed what: one record in `bus.audit` a change."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, Self, TypeAlias

from bus.access.audit import Change, Shown, audit_message
from bus.access.entities import Entity
from bus.access.roles import WHOLE_BUS
from bus.errors import BrokerUnavailableError, PublishError
from bus.ports import Clock, Publisher

OnMissed: TypeAlias = Callable[[Change, str], None]
IN_DOUBT = " (in doubt)"
"""Follows the action of a change that may have been made, or not."""
_UNDER_WAY: set[asyncio.Future[None]] = set()
BUS = "bus"
"""The actor of what the bus does by itself."""


class Audit(Protocol):
    """Where changes are written down."""

    async def record(self, change: Change) -> None:
        """Return once the change is written down for good.

        Raises:
            PublishError: it is not.
        """
        ...


class TopicAudit:
    """Writes changes to the topic, at the clock's time."""

    def __init__(self, publisher: Publisher, clock: Clock, topic: str) -> None:
        self._publisher = publisher
        self._clock = clock
        self._topic = topic

    async def record(self, change: Change) -> None:
        """Write a record; returns when Kafka has acknowledged it."""
        at = datetime.fromtimestamp(self._clock.now(), UTC)
        await self._publisher.publish(audit_message(self._topic, change, at))


@dataclass(frozen=True, slots=True)
class Trail:
    """The changes of one actor.

    Attributes:
        audit: Where they are written down.
        actor: A key's id, `cli:<user>`, or `BUS`.
        address: Where they come from.
        missed: Hears of a change that was made and could not be written down; why.
    """

    audit: Audit
    actor: str
    address: str = ""
    missed: OnMissed = lambda _change, _why: None

    def of(self, actor: str, address: str) -> Self:
        """The trail of somebody else, a request's sender for instance."""
        return replace(self, actor=actor, address=address)

    async def note(
        self,
        action: str,
        entity: Entity,
        entity_id: str,
        *,
        tenant: str = WHOLE_BUS,
        before: Shown | None = None,
        after: Shown | None = None,
    ) -> None:
        """Write down a change that was made; `before` and `after` hold no secret.

        Never raises for Kafka: what was done is done, and its result counts. Goes on
        where whoever waits for it is cancelled: a request whose time is over, say.
        """
        change = Change(
            self.actor, tenant, self.address, action, entity, entity_id, before, after
        )
        writing = asyncio.ensure_future(self._record(change))
        _UNDER_WAY.add(writing)
        writing.add_done_callback(_UNDER_WAY.discard)
        await asyncio.shield(writing)

    async def _record(self, change: Change) -> None:
        try:
            await self.audit.record(change)
        except PublishError as error:
            self.missed(change, str(error))


@asynccontextmanager
async def in_doubt(
    note: Callable[[], Coroutine[object, object, None]],
) -> AsyncIterator[None]:
    """Write down what may have been done although it broke off in the block.

    A record that was sent may stand, whether or not anybody waited for the answer: who
    can choose the moment at which his request runs out of time leaves a trace as well.
    """
    try:
        yield
    except (asyncio.CancelledError, BrokerUnavailableError):
        # Not waited for: Kafka may be what the change waited for in vain.
        noting = asyncio.ensure_future(note())
        _UNDER_WAY.add(noting)
        noting.add_done_callback(_UNDER_WAY.discard)
        raise
