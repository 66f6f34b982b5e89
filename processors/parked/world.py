"""What commands, routes and pages of parked items work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from bus.access.roles import Role, principal
from bus.intake.parked.worth import Rates
from bus.ports import Clock, LogReader, Publisher
from processors.access.trail import Trail
from processors.parked.table import ParkedTable
from processors.parked.trying import Tries, no_tries

EVERYBODY = principal("", Role.OPERATOR, "")
"""Who runs commands on Kafka itself: all is there for them."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to items that nobody decides about.

    Attributes:
        expire_after: So long after it was parked an item is expired; None: never.
        weights: How much an order of a tier counts; of others 1.
        rates: What currencies are worth.
    """

    expire_after: timedelta | None = timedelta(days=21)
    weights: Mapping[str, float] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedWorld:
    """`table` is followed already, not necessarily caught up.

    `tries` says what an item would come to, as things are or with something changed.
    """

    table: ParkedTable
    publisher: Publisher
    reader: LogReader
    clock: Clock
    trail: Trail
    policy: Policy
    tries: Callable[[], Tries] = no_tries

    def by(self, actor: str, address: str) -> Self:
        """The same, what is done somebody else's: a request's sender."""
        return replace(self, trail=self.trail.of(actor, address))

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    @property
    def topic(self) -> str:
        """Where all of it stands."""
        return self.table.topic
