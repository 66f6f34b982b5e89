"""What the relay and the commands need of an outbox: the ports.

`tests/contract/outbox` says what fulfilling them means; `bus.adapters.outbox` and
`bus.adapters.memory` do. All of it may raise `OutboxUnavailableError`: the database
gives no usable answer, nothing was changed, and the same call may be made again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bus.outbox.rows import Backlog, Fate, Outbox, OutboxRow


class OutboxStore(Protocol):
    """The relay's side."""

    async def lead(self) -> bool:
        """Whether this is the one relay that publishes, now and until it fails."""
        ...

    async def fetch(
        self, most: int, busy: Collection[str], held: Collection[str]
    ) -> Sequence[OutboxRow]:
        """The next rows to be published, by number.

        None of an order in `busy`, none of an event type in `held`, and none that
        comes after one of its order which is held or refused.
        """
        ...

    async def settle(self, fates: Sequence[Fate], now: datetime) -> None:
        """Write down what became of rows; doing so twice changes nothing."""
        ...

    async def prune(self, before: datetime) -> int:
        """Remove some of what was done with before then; 0: nothing is left."""
        ...

    async def backlog(self) -> Backlog:
        """How much waits."""
        ...


class OutboxDesk(Protocol):
    """The side of those who look after it."""

    async def look(self, most: int) -> Outbox:
        """How it is, with at most so many refused rows, by number."""
        ...

    async def retry(self, numbers: Collection[int] | None) -> int:
        """Let refused rows be published after all (None: all of them); how many."""
        ...

    async def discard(self, numbers: Collection[int], now: datetime) -> int:
        """Give refused rows up: never published, their orders go on; how many."""
        ...
