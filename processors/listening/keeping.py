"""Requests as files, as they came: head, empty line, body. For replays, and to read.

A file is named by when it came, what it is and which attempt; only its owner may read
it, since headers may hold credentials.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bus.errors import ConfigurationError
from processors.listening.heard import Heard

MOST_FILES = 10_000
MOST_BYTES = 1024**3
SPARE_BYTES = 256 * 1024**2
"""So much of the disk is left to others."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_ENDING = ".http"
_END = b"\r\n\r\n"


class Keep:
    """Keeps requests in a folder, until that holds enough, or the disk is nearly full.

    What an earlier run has left there counts.

    Raises:
        ConfigurationError: the folder cannot be made or written to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        most: int = MOST_FILES,
        most_bytes: int = MOST_BYTES,
        spare_bytes: int = SPARE_BYTES,
    ) -> None:
        self._folder = folder
        self._left = most
        self._bytes_left = most_bytes
        self._spare_bytes = spare_bytes
        self.count = 0
        self.lost = 0
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"--keep {folder}: {error.strerror}") from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ConfigurationError(f"--keep {folder}: it cannot be written to")
        for size in _sizes(folder):
            self._left -= 1
            self._bytes_left -= size

    def write(self, heard: Heard) -> str | None:
        """Keep a request; return its file, or None if there is no room left."""
        content = as_file(heard)
        if not self._has_room(len(content)):
            self.lost += 1
            return None
        path = self._folder / self._name(heard)
        try:
            with open(
                path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)
            ) as file:
                file.write(content)
        except OSError:
            self.lost += 1
            return None
        self._left -= 1
        self._bytes_left -= len(content)
        self.count += 1
        return str(path)

    def _has_room(self, size: int) -> bool:
        if self._left < 1 or self._bytes_left < size:
            return False
        try:
            return shutil.disk_usage(self._folder).free - size >= self._spare_bytes
        except OSError:
            return False

    def _name(self, heard: Heard) -> str:
        moment = datetime.fromtimestamp(heard.at_s, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        kind = _UNSAFE.sub("-", heard.type.replace(".", "-"))[:40] or "unknown"
        webhook_id = _UNSAFE.sub("-", heard.id)[:40] or "no-id"
        number = f"{self.count + 1:05}"
        return f"{moment}-{number}-{kind}-{webhook_id}-{heard.attempt}{_ENDING}"


def _sizes(folder: Path) -> Iterator[int]:
    for file in folder.glob(f"*{_ENDING}"):
        with suppress(OSError):
            yield file.stat().st_size


def as_file(heard: Heard) -> bytes:
    """A request as it came."""
    lines = [f"{heard.method} {heard.target} HTTP/1.1".encode("latin-1")]
    lines += [name + b": " + value for name, value in heard.headers.items()]
    return b"\r\n".join(lines) + _END + heard.body


@dataclass(frozen=True, slots=True)
class Kept:
    """A request that was kept."""

    file: Path
    headers: Mapping[bytes, bytes]
    body: bytes

    @property
    def id(self) -> str:
        """Its webhook id."""
        return self.headers.get(b"webhook-id", b"").decode(errors="replace")


def read_kept(folder: Path) -> Iterator[Kept]:
    """The requests of a folder, in the order in which they came.

    Raises:
        ConfigurationError: there is no such folder, none in it, or one cannot be read.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"{folder} is no folder; `bus listen --keep` makes one"
        )
    files = sorted(folder.glob(f"*{_ENDING}"))
    if not files:
        raise ConfigurationError(f"{folder} holds no kept request, *{_ENDING}")
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{file}: {error.strerror}") from None
        yield _read(file, content)


def _read(file: Path, content: bytes) -> Kept:
    head, end, body = content.partition(_END)
    first, *lines = head.split(b"\r\n")
    if not end or not first.startswith(b"POST "):
        raise ConfigurationError(f"{file} is no kept request")
    pairs = (line.partition(b": ") for line in lines)
    return Kept(file, {name.lower(): value for name, _, value in pairs}, body)
