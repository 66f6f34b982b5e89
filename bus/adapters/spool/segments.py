"""Files of one source: numbered, written by one, read once to their end."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

SUFFIX, DAMAGED, REFUSED = ".spool", ".damaged", ".refused"
_POSITION = "position"


class Segments:
    """The files of a source, the oldest first; blocking, for one thread at a time."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._file: BinaryIO | None = None
        self._written = 0
        self._made = folder.is_dir()
        self._next = max((_number(path) for path in self.files()), default=0) + 1

    def files(self) -> list[Path]:
        """Those that there are; the one that is written, too."""
        return sorted(self._folder.glob(f"*{SUFFIX}"), key=_number)

    def size(self) -> int:
        """How large they are together."""
        return sum(path.stat().st_size for path in self.files())

    def append(self, frames: list[bytes]) -> None:
        """Write frames, and return when the disk has them.

        Raises:
            OSError: it does not; the file is left as it is, and another one begun.
        """
        try:
            file = self._file or self._begin()
            file.write(b"".join(frames))
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            self.close()
            raise
        self._written += sum(map(len, frames))
        if self._written >= self._most:
            self.close()

    def close(self) -> None:
        """Write no more to the file that is written; the next append begins another."""
        file, self._file, self._written = self._file, None, 0
        if file is not None:
            with suppress(OSError):
                file.close()

    def _begin(self) -> BinaryIO:
        if not self._made:
            self._folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder.parent)
            self._made = True
        path = self._folder / f"{self._next:012d}{SUFFIX}"
        self._next += 1
        self._file = path.open("xb")
        sync_folder(self._folder)
        return self._file

    # --- reading

    def read(self, path: Path) -> bytes:
        """All of a file; nothing is written to it any more."""
        if self._file is not None and self._file.name == str(path):
            self.close()
        return path.read_bytes()

    def position(self, path: Path) -> int:
        """How far a file has been read."""
        try:
            name, _, offset = (
                (self._folder / _POSITION).read_text("ascii").partition(" ")
            )
            return int(offset) if name == path.name else 0
        except (OSError, ValueError):
            return 0  # what is read twice is known to be the same

    def move_on(self, path: Path, offset: int) -> None:
        """Note how far a file has been read; a crash may forget it."""
        draft = self._folder / f"{_POSITION}.new"
        draft.write_text(f"{path.name} {offset}", "ascii")
        draft.replace(self._folder / _POSITION)

    def finish(self, path: Path, *, damaged: bool) -> None:
        """Delete a file; one with damage in it is kept under another name."""
        if damaged:
            path.replace(path.with_suffix(DAMAGED))
        else:
            path.unlink(missing_ok=True)
        (self._folder / _POSITION).unlink(missing_ok=True)

    def put_aside(self, frame: bytes) -> None:
        """Keep a frame that is never tried again, for people to look at."""
        with (self._folder / f"frames{REFUSED}").open("ab") as file:
            file.write(frame)
            file.flush()
            os.fsync(file.fileno())

    def adopt(self, others: Iterator[Path]) -> None:
        """Take over the files of a process that is gone, behind our own."""
        for path in others:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._made = True
            path.rename(self._folder / f"{self._next:012d}{SUFFIX}")
            self._next += 1
        sync_folder(self._folder)


def sync_folder(folder: Path) -> None:
    """Have the disk know which files a folder has."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else 0
