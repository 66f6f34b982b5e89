"""Progress of long starts, drawn on stderr."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)


class Drawn:
    """`bus.adapters.jvm.Progress` for a person: a spinner a step, a bar a download.

    Without a terminal it prints a line a step, and so it does from the step `until`
    on: others write to the terminal then, and a spinner would run into their lines.
    """

    def __init__(self, console: Console, *, until: str = "") -> None:
        self._console = console
        self._until = until
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )
        self._download = Progress(
            TextColumn("Downloading Kafka, once"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=True,
        )
        self._step: TaskID | None = None
        self._bar: TaskID | None = None

    def step(self, what: str) -> None:
        """Say what is being done now."""
        if what == self._until:
            self.close()
        if what == self._until or not self._console.is_terminal:
            self._console.print(f"{what} …")
            return
        self._end_download()
        if self._step is None:
            self._progress.start()
            self._step = self._progress.add_task(what, total=None)
        self._progress.update(self._step, description=what)

    def downloaded(self, done: int, total: int) -> None:
        """Say how many bytes of a download have come."""
        if not self._console.is_terminal:
            return
        if self._bar is None:
            self._progress.stop()
            self._download.start()
            self._bar = self._download.add_task("", total=total)
        self._download.update(self._bar, completed=done, total=total)

    def _end_download(self) -> None:
        if self._bar is not None:
            self._download.stop()
            self._bar = None
            self._progress.start()

    def close(self) -> None:
        """Draw no more."""
        if self._step is not None:
            self._progress.stop()
            self._step = None
        if self._bar is not None:
            self._download.stop()
            self._bar = None

    def __enter__(self) -> Self:
        """Draw until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Draw no more."""
        self.close()
