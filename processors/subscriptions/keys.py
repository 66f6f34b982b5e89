"""The keys that seal secrets at rest, from the environment or a file.

Several keys make a rotation: the first seals, all of them open.
"""

import base64
import binascii
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from bus.errors import ConfigurationError

KEY_BYTES = 32
_NOT_OURS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Keys:
    """Encryption keys, newest first; never shown."""

    all: tuple[bytes, ...] = field(repr=False)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.all)

    @property
    def sealing(self) -> bytes:
        """The key that new secrets are sealed with.

        Raises:
            ConfigurationError: there is none; this is for reading only.
        """
        if not self.all:
            raise ConfigurationError("there is no encryption key: secrets stay sealed")
        return self.all[0]


NO_KEYS = Keys(())
"""For reading what is no secret."""


def parse_keys(text: str, where: str = "ORDERBUS_ENCRYPTION_KEY") -> Keys:
    """Read keys from text: base64 of 32 bytes each, commas or lines between them.

    Raises:
        ConfigurationError: naming `where` and the key's place, never the key.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise ConfigurationError(f"{where}: expected a key, base64 of 32 bytes")
    return Keys(tuple(_key(w, f"{where}: key {n}") for n, w in enumerate(words, 1)))


def _key(word: str, where: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        raise ConfigurationError(f"{where} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"{where} has {len(key)} bytes, expected {KEY_BYTES};"
            " make one with: openssl rand -base64 32"
        )
    return key


def read_key_file(path: Path) -> Keys:
    """Read the keys in a file that only its owner can read.

    Raises:
        ConfigurationError: unreadable, open to others, or without usable keys.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & _NOT_OURS:
                raise ConfigurationError(
                    f"{path} can be read by others (mode {mode:04o}); chmod 600 {path}"
                )
            text = file.read().decode("ascii", errors="replace")
    except OSError as error:
        raise ConfigurationError(
            f"encryption key file {path}: {error.strerror or error}"
        ) from None
    return parse_keys(text, str(path))


def make_key_file(path: Path, random_bytes: Callable[[int], bytes]) -> Keys:
    """Read the key file, or make it with one new key and mode 0600.

    Of several processes that make it at once, all end with the same key.

    Raises:
        ConfigurationError: it cannot be made or used.
    """
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_once(path, base64.b64encode(random_bytes(KEY_BYTES)) + b"\n")
        except OSError as error:
            raise ConfigurationError(
                f"cannot make encryption key file {path}: {error.strerror or error}"
            ) from None
    return read_key_file(path)


def _write_once(path: Path, content: bytes) -> None:
    # A temporary file has mode 0600 from its first byte; a link appears whole or
    # not at all, and fails where another process was first.
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return
