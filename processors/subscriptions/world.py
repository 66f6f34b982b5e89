"""What a command gets to work with; made in `processors.wiring`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from bus.delivery.breaker import BreakerPolicy
from bus.delivery.delivery import Outcome
from bus.delivery.effort import Efforts
from bus.delivery.endpoint import way_of
from bus.errors import InvalidSubscriptionError
from bus.ports import Clock, Groups, LogReader, Publisher, Schemas, Sender, Topics
from bus.probing import Asker
from bus.sending import Parcel, Sink
from bus.topics.topology import Topology
from processors.access.trail import Trail
from processors.sinks import Sinks
from processors.subscriptions.checks import Checks
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.writer import SubscriptionWriter


@dataclass(frozen=True, kw_only=True)
class World:
    """The ports and tables of one command.

    `table` is followed already, not necessarily caught up. `random_bytes` is a
    secure source (`os.urandom`). The groups and the breaker are the processors'.
    The registry behind `schemas` is opened when it is first asked. `trail` writes
    down what is done. Without an `asker` every endpoint is trusted; `origin` is who
    asks. Without `efforts` nobody waits for what filters cost; `aside` is held while
    one that costs much is asked. `sender` is what webhooks are posted with; `sinks`
    deliver to other kinds of endpoints.
    """

    publisher: Publisher
    reader: LogReader
    topics: Topics
    groups: Groups
    schemas: Schemas
    sender: Sender
    topology: Topology
    table: SubscriptionTable
    writer: SubscriptionWriter
    trail: Trail
    checks: Checks
    clock: Clock
    random_bytes: Callable[[int], bytes]
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    group_prefix: str = "bus."
    first_attempt_budget_s: float = 5.0
    asker: Asker | None = None
    sinks: Sinks | None = None
    efforts: Efforts | None = None
    aside: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    origin: str = "orderbus"

    def sink(self, way: str) -> Sink:
        """What delivers to endpoints of a kind, or of a plug-in.

        Raises:
            InvalidSubscriptionError: nothing here does; says what is missing.
        """
        found = (self.sinks or Sinks(self.sender)).of(way)
        if isinstance(found, str):
            raise InvalidSubscriptionError("url", found)
        return found

    async def send(self, parcel: Parcel) -> Outcome:
        """Deliver one parcel by its kind, and keep no connection for more.

        Raises:
            InvalidSubscriptionError: as `sink` does.
        """
        try:
            return await self.sink(way_of(parcel.url)).send(parcel)
        finally:
            if self.sinks is not None:
                self.sinks.leave(parcel.subscription.id)

    def by(self, actor: str, address: str) -> Self:
        """The same world, what is done in it somebody else's: a request's sender."""
        trail = self.trail.of(actor, address)
        return replace(self, trail=trail, writer=self.writer.by(trail))

    @property
    def fanout_group(self) -> str:
        """The consumer group of fanout."""
        return f"{self.group_prefix}fanout"

    @property
    def retry_group(self) -> str:
        """The consumer group of retry."""
        return f"{self.group_prefix}retry"

    @property
    def ordered_group(self) -> str:
        """The consumer group of ordered."""
        return f"{self.group_prefix}ordered"

    @property
    def convert_group(self) -> str:
        """The consumer group of convert."""
        return f"{self.group_prefix}convert"
