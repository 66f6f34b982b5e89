"""What a session keeps of the token it was begun with, and whether that still counts.

Not the token: its digests, as they are stored or will be. So a session ends with its
token, be that revoked, expired or rotated, and nobody can make a request of the API
with what a browser keeps.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bus.access.digests import ServerKeys
from bus.access.keys import ApiKey
from bus.access.recognition import UNKNOWN
from bus.access.roles import Principal, principal
from bus.access.tokens import Token
from bus.errors import NotAuthenticatedError


class Proof(NamedTuple):
    """A key, and the digests of the token that was shown, under every server key."""

    key_id: str
    digests: tuple[str, ...]


def proof_of(server_keys: ServerKeys, token: Token, tenant: str) -> Proof:
    """What to keep of a token that was recognised."""
    return Proof(token.id, server_keys.digests(token, tenant))


def still(proof: Proof, key: ApiKey | None, now: datetime) -> Principal:
    """Who it is; `key` is the stored one with its id, if any.

    Raises:
        NotAuthenticatedError: the token counts no more.
    """
    if key is None or key.state(now) != "active":
        raise NotAuthenticatedError(UNKNOWN)
    live = list(_live(key, now))
    if not any(hmac.compare_digest(a, b) for a in proof.digests for b in live):
        raise NotAuthenticatedError(UNKNOWN)
    return principal(key.id, key.role, key.tenant)


def _live(key: ApiKey, now: datetime) -> Iterator[str]:
    yield key.digest.value
    if key.rotated is not None and now < key.rotated.until:
        yield key.rotated.digest.value
