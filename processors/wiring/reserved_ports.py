"""Ports that a bus of this user will take, told to those that start meanwhile.

Between the moment in which a port is found free and the one in which somebody listens
there Kafka starts: long enough for another bus to find the same port free.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bus.adapters.jvm.filelock import locked


class ReservedPorts:
    """Each port is a locked file, let go at the end of the process at the latest."""

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder = folder
        self._files = files
        self._ours: set[int] = set()

    def take(self, port: int) -> bool:
        """Whether it is ours from now on; where no file can be had, nobody minds."""
        if port in self._ours:
            return True
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / f"{port}.lock").open("ab")
        except OSError:
            return True
        if not locked(file):
            file.close()
            return False
        self._files.enter_context(file)
        self._ours.add(port)
        return True


@contextmanager
def reserving(cache_dir: Path) -> Iterator[ReservedPorts]:
    """Reserve ports until the block ends."""
    with ExitStack() as files:
        yield ReservedPorts(cache_dir / "ports", files)
