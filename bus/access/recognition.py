"""Recognising a token: whose key it is, and whether that may be used now.

The same work is done for every token that is none of ours as for one that is, and
whoever does not hold the secret hears the same answer for a key that never was, one
that was revoked and one of another secret.
"""

from datetime import datetime
from typing import NamedTuple

from bus.access.digests import NO_DIGEST, Digest, ServerKeys
from bus.access.keys import ApiKey
from bus.access.roles import WHOLE_BUS, Principal, principal
from bus.access.tokens import Token
from bus.errors import NotAuthenticatedError

UNKNOWN = "this key is not valid here; ask who gave it to you for a new one"


class Recognised(NamedTuple):
    """Who it is; `by_old_token` if the token was rotated and ends soon."""

    principal: Principal
    by_old_token: bool


class _Candidate(NamedTuple):
    tenant: str
    digest: Digest
    old: Digest


_NOBODY = _Candidate(WHOLE_BUS, NO_DIGEST, NO_DIGEST)


def recognise(
    server_keys: ServerKeys, token: Token, key: ApiKey | None, now: datetime
) -> Recognised:
    """Say who holds a token; `key` is the stored one with the token's id, if any.

    Raises:
        NotAuthenticatedError: nobody; only a holder of the secret hears whether the
            key was revoked or has expired.
    """
    candidate = _candidate(key, now)
    fits = server_keys.fits(token, candidate.tenant, candidate.digest)
    fits_old = server_keys.fits(token, candidate.tenant, candidate.old)
    fitting = fits or fits_old
    if key is None or key.link or token.role is not key.role or not fitting:
        raise NotAuthenticatedError(UNKNOWN)
    match key.state(now):
        case "revoked":
            raise NotAuthenticatedError("this key was revoked")
        case "expired":
            raise NotAuthenticatedError(
                f"this key expired on {key.expires_at:%Y-%m-%d %H:%M} UTC"
            )
        case _:
            return Recognised(principal(key.id, key.role, key.tenant), not fits)


def _candidate(key: ApiKey | None, now: datetime) -> _Candidate:
    """What to compare a token with; of nobody's key just as much."""
    if key is None:
        return _NOBODY
    rotated = key.rotated
    live = rotated is not None and now < rotated.until
    old = rotated.digest.plain if rotated is not None and live else NO_DIGEST
    return _Candidate(key.tenant, key.digest.plain, old)
