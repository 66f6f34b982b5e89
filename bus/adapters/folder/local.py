"""A folder of the file system, shared by any number of processes.

A file is held by a lock on it (`flock`), which ends with its process: no crash leaves a
file that nobody may take. Links and whatever is no plain file are left alone.
"""

import asyncio
import fcntl
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from bus.errors import FolderError
from bus.intake.collecting.whole import Seen

_Args = ParamSpec("_Args")
_Answer = TypeVar("_Answer")
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MOST_OF_A_NAME = 99


class LocalFolder:
    """`processors.collecting.ports.Folder` on a path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def is_there(self) -> bool:
        """Whether somebody made the folder."""
        return await _aside(self._path, self._path.is_dir)

    async def look(self) -> Sequence[Seen]:
        """The files there are; none where there is no folder."""
        return await _aside(self._path, self._listed)

    async def put(self, where: str, name: str, content: bytes) -> None:
        """Put a file into the folder `where` of it, whole at once."""
        await _aside(self._path / where, _put, self._path / where, name, content)

    async def hold(self, seen: Seen) -> "HeldFile | None":
        """Take hold of one; None: it is gone, another has it, or it has changed."""
        return await _aside(self._path / seen.name, self._held, seen)

    def _listed(self) -> list[Seen]:
        found: list[Seen] = []
        try:
            entries = os.scandir(self._path)
        except FileNotFoundError:
            return found
        with entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # moved away meanwhile
                    about = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(about.st_mode):
                        found.append(_seen(entry.name, about))
        return found

    def _held(self, seen: Seen) -> "HeldFile | None":
        path = self._path / seen.name
        try:
            file = os.open(path, _OPEN)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            here, about = path.lstat(), os.fstat(file)
            # Whoever had it before may have moved it before we had the lock.
            if os.path.samestat(here, about) and _seen(seen.name, about) == seen:
                return HeldFile(path, file, about)
        except (FileNotFoundError, BlockingIOError):
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        return None


class HeldFile:
    """A file that is locked."""

    def __init__(self, path: Path, file: int, about: os.stat_result) -> None:
        self._path = path
        self._file = file
        self._about = about
        self.size = about.st_size
        self.stamp = f"{about.st_ino}-{about.st_mtime_ns}"

    async def read(self, most: int) -> bytes | None:
        """All of it, at most so many bytes; None: it has changed meanwhile."""
        return await _aside(self._path, self._read, most)

    async def put_away(self, where: str, verdict: bytes) -> str:
        """Move it to the folder `where` beside this one's files, its verdict beside."""
        try:
            return await _aside(self._path, self._put_away, where, verdict)
        finally:
            await self.let_go()

    async def let_go(self) -> None:
        """Leave it where it is, to whoever comes."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _read(self, most: int) -> bytes | None:
        pieces: list[bytes] = []
        left = most
        os.lseek(self._file, 0, os.SEEK_SET)
        while left > 0 and (piece := os.read(self._file, min(left, 2**20))):
            pieces.append(piece)
            left -= len(piece)
        after = os.fstat(self._file)
        same = (after.st_size, after.st_mtime_ns) == (
            self._about.st_size,
            self._about.st_mtime_ns,
        )
        return b"".join(pieces) if same else None

    def _put_away(self, where: str, verdict: bytes) -> str:
        folder = self._path.parent / where
        folder.mkdir(exist_ok=True)
        name = _free_name(folder, self._path.name)
        _put(folder, f"{name}.verdict.json", verdict)
        self._path.rename(folder / name)
        return name


def _put(folder: Path, name: str, content: bytes) -> None:
    """Write it, then rename it: nobody ever reads a half of it."""
    folder.mkdir(exist_ok=True)
    half = folder / f".{name}.part"
    half.write_bytes(content)
    half.replace(folder / name)


def _free_name(folder: Path, name: str) -> str:
    """This name, with a number where there is one such file already."""
    stem, dot, end = name.partition(".")
    for number in range(1, _MOST_OF_A_NAME):
        tried = name if number == 1 else f"{stem}-{number}{dot}{end}"
        if not (folder / tried).exists():
            return tried
    raise FileExistsError(0, f"{folder} has {_MOST_OF_A_NAME} files called {name}")


def _seen(name: str, about: os.stat_result) -> Seen:
    return Seen(name, about.st_size, about.st_mtime)


async def _aside(
    path: Path,
    work: Callable[_Args, _Answer],
    *args: _Args.args,
    **kwargs: _Args.kwargs,
) -> _Answer:
    """Do it in a thread: a mounted folder may take its time.

    Raises:
        FolderError: it cannot be done.
    """
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        raise FolderError(f"{path}: {error.strerror or error}") from None
