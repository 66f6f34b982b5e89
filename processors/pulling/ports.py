"""What pulling needs of a queue."""

from collections.abc import Sequence
from typing import Protocol

from bus.intake.pulling.letters import Letter


class Queue(Protocol):
    """A queue whose messages stay in it until they are taken out."""

    async def receive(self) -> Sequence[Letter]:
        """Messages that nobody else has now; waits a while for the first.

        Raises:
            QueueError: it gives none, for the reason it says.
        """
        ...

    async def take_out(self, letters: Sequence[Letter]) -> None:
        """Take them out for good.

        Raises:
            QueueError: some may be still in it, and come again.
        """
        ...
