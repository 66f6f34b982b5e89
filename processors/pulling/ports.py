"""What pulling needs of a queue, and of a folder of a server."""

from collections.abc import Sequence
from typing import Protocol

from bus.intake.pulling.letters import Letter
from processors.collecting.ports import Folder


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


class ServedFolder(Folder, Protocol):
    """A folder over a connection of its own."""

    async def close(self) -> None:
        """Let go of the connection."""
        ...
