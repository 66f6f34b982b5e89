"""What collecting needs of a place that holds files."""

from collections.abc import Sequence
from typing import Protocol

from bus.intake.collecting.whole import Seen


class Held(Protocol):
    """A file that nobody else has hold of, until it is put away or let go."""

    @property
    def size(self) -> int:
        """Bytes it has."""
        ...

    @property
    def stamp(self) -> str:
        """What tells it from another file of the same bytes, moved or not."""
        ...

    async def read(self, most: int) -> bytes | None:
        """All of it, at most so many bytes; None: it has changed meanwhile.

        Raises:
            FolderError: it cannot be read.
        """
        ...

    async def put_away(self, where: str, verdict: bytes) -> str:
        """Move it to the folder `where`, its verdict beside it; returns its name there.

        Raises:
            FolderError: it cannot be moved.
        """
        ...

    async def let_go(self) -> None:
        """Leave it where it is, to whoever comes."""
        ...


class Folder(Protocol):
    """A place that holds files of one source."""

    async def is_there(self) -> bool:
        """Whether there is such a place at all."""
        ...

    async def look(self) -> Sequence[Seen]:
        """The files there are, in any order.

        Raises:
            FolderError: it cannot be listed.
        """
        ...

    async def put(self, where: str, name: str, content: bytes) -> None:
        """Put a file into the folder `where` of it, whole at once.

        Raises:
            FolderError: it cannot be written.
        """
        ...

    async def hold(self, seen: Seen) -> Held | None:
        """Take hold of one; None: it is gone, another has it, or it has changed.

        Raises:
            FolderError: it cannot be opened.
        """
        ...
