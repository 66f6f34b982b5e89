"""A delivery in this process: what it needs, and to whom it goes back."""

from dataclasses import dataclass
from typing import Protocol

from bus.delivery.delivery import Delivery, Retry
from processors.delivery.content import Content
from processors.delivery.partition import Partition


@dataclass(slots=True)
class Ticket:
    """A delivery on its way through this process.

    `since` is when it began to wait for its turn, monotonic seconds.
    """

    delivery: Delivery
    content: Content
    partition: Partition
    home: "Home"
    since: float

    @property
    def settled(self) -> bool:
        """Whether the delivery is settled where it was read."""
        offset, subscription = self.delivery.record.offset, self.delivery.subscription
        return not self.partition.ledger.pending(offset, subscription)

    def settle(self) -> None:
        """Say that the delivery is settled where it was read."""
        self.partition.settle(self.delivery.record.offset, self.delivery.subscription)


class Home(Protocol):
    """The program a ticket belongs to.

    `first` says that its tickets are first attempts from a source partition: they
    may not wait long, and their attempts run under the first-attempt budget.
    """

    first: bool

    def held(self, ticket: Ticket, why: str) -> None:
        """The ticket may not start now; its attempt is not used up."""
        ...

    async def retry(self, ticket: Ticket, route: Retry, detail: str) -> None:
        """A counted attempt failed; see that it is tried again as `route` says."""
        ...

    def done(self, ticket: Ticket) -> None:
        """The ticket has reached its end: accepted or dead-lettered."""
        ...
