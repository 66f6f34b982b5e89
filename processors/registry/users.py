"""Who may ask the registry: a file of users and what their passwords hash to.

A line is `name:scrypt:SALT:HASH`, both in hex; RFC 7914 with N 2^14, r 8, p 1. The
file itself lets nobody in. Hashing takes some 50 ms, so that what was right once is
remembered, under a key that only this process has.
"""

import asyncio
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path

from bus.errors import ConfigurationError

_LINE = re.compile(r"([^:\s]{1,64}):scrypt:([0-9a-f]{32}):([0-9a-f]{64})")
_SALT_BYTES = 16
_REMEMBERED = 1_000


class Users:
    """Checks names and passwords, in the same time whoever is asked about."""

    def __init__(self, hashes: Mapping[str, tuple[bytes, bytes]]) -> None:
        self._hashes = dict(hashes)
        self._key = os.urandom(32)
        self._right: set[bytes] = set()
        self._nobody = (os.urandom(_SALT_BYTES), os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> "Users":
        """Read the lines of a file; empty ones and those with # are left out.

        Raises:
            ConfigurationError: A line is none, a name is there twice, or nobody is.
        """
        hashes: dict[str, tuple[bytes, bytes]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line.strip())
            if found is None:
                raise ConfigurationError(
                    f"line {number} of the users file: expected name:scrypt:SALT:HASH, "
                    "as `bus registry user NAME` prints it"
                )
            if found[1] in hashes:
                raise ConfigurationError(
                    f"line {number} of the users file: {found[1]} is there twice"
                )
            hashes[found[1]] = (bytes.fromhex(found[2]), bytes.fromhex(found[3]))
        if not hashes:
            raise ConfigurationError("the users file names nobody")
        return cls(hashes)

    @classmethod
    def read(cls, path: Path) -> "Users":
        """Read a file.

        Raises:
            ConfigurationError: It cannot be read, or as `parse`.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8"
            raise ConfigurationError(f"{path}: {why}") from None
        return cls.parse(text)

    async def know(self, name: str, password: str) -> bool:
        """Whether this is the password of a user of this name."""
        said = f"{len(name)} {name} {password}".encode(errors="surrogatepass")
        mark = hmac.digest(self._key, said, "sha256")
        if mark in self._right:
            return True
        salt, expected = self._hashes.get(name, self._nobody)
        found = await asyncio.to_thread(_hash, password, salt)
        if not (hmac.compare_digest(found, expected) and name in self._hashes):
            return False
        if len(self._right) < _REMEMBERED:
            self._right.add(mark)
        return True


def line_of(name: str, password: str, salt: bytes) -> str:
    """Return the line of the file for a user.

    Raises:
        ConfigurationError: The name holds a colon or white space, or is too long.
    """
    line = f"{name}:scrypt:{salt.hex()}:{_hash(password, salt).hex()}"
    if not _LINE.fullmatch(line) or name.startswith("#"):
        raise ConfigurationError(
            "a user's name is 1 to 64 characters without colon or space, not first #"
        )
    return line


def _hash(password: str, salt: bytes) -> bytes:
    text = password.encode(errors="surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=2**14, r=8, p=1, dklen=32)
