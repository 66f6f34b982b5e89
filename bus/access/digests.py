"""Digests of tokens: what is stored instead of them.

HMAC-SHA256 under a server key, over the tenant and the whole token. A token has 256
random bits, so nothing slower is needed. Whoever can write to the keys' topic, but has
no server key, can neither make a key nor give one another role or tenant.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bus.access.tokens import Token

_LABEL = b"orderbus: digests of API keys, v1"
_ID_CHARS = 8


class Digest(NamedTuple):
    """The digest of a token, and the public name of the server key it is under."""

    server_key: str
    value: str


NO_DIGEST = Digest("", "0" * 64)
"""Equal to none of any token."""


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """Keys that digests are under, newest first, by their public names; never shown.

    The first makes new digests, all of them recognise.
    """

    all: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, keys: Iterable[bytes]) -> Self:
        """Return those of these texts of 32 bytes, newest first."""
        return cls({_name(key): key for key in keys})

    @classmethod
    def derived(cls, encryption_keys: Iterable[bytes]) -> Self:
        """Return those that follow from the encryption keys (HKDF, RFC 5869)."""
        return cls.of(_derive(key) for key in encryption_keys)

    @property
    def newest(self) -> str:
        """The name of the one that makes new digests."""
        return next(iter(self.all))

    def digest(self, token: Token, tenant: str) -> Digest:
        """Return what is stored of a token."""
        return Digest(self.newest, _digest(self.all[self.newest], token, tenant))

    def digests(self, token: Token, tenant: str) -> tuple[str, ...]:
        """Return what would be stored of a token, under each key."""
        return tuple(_digest(key, token, tenant) for key in self.all.values())

    def derive(self, use: bytes) -> Sequence[bytes]:
        """Return keys of 32 bytes for another use, newest first (HKDF, RFC 5869)."""
        return [
            HKDF(SHA256(), length=32, salt=None, info=use).derive(key)
            for key in self.all.values()
        ]

    def fits(self, token: Token, tenant: str, stored: Digest) -> bool:
        """Whether this is the digest of that token.

        Takes the same time for every digest, one under an unknown key as well.
        """
        key = self.all.get(stored.server_key, self.all[self.newest])
        fits = hmac.compare_digest(_digest(key, token, tenant), stored.value)
        return fits and stored.server_key in self.all


def _digest(key: bytes, token: Token, tenant: str) -> str:
    return hmac.digest(key, f"{tenant}\n{token.text}".encode(), "sha256").hex()


def _derive(encryption_key: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=_LABEL).derive(encryption_key)


def _name(key: bytes) -> str:
    return sha256(key).hexdigest()[:_ID_CHARS]
