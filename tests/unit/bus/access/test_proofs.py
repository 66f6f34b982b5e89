"""What a session keeps of a token: it ends with it."""

from datetime import UTC, datetime, timedelta

import pytest

from bus.access.digests import ServerKeys
from bus.access.keys import ApiKey, Rotated, StoredDigest
from bus.access.proofs import proof_of, still
from bus.access.roles import Role
from bus.access.tokens import Token, new_token
from bus.errors import NotAuthenticatedError

NOW = datetime(2026, 11, 28, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
BEFORE = ServerKeys.of([OLD])
AFTER = ServerKeys.of([NEW, OLD])
TOKEN = new_token(Role.OPERATOR, "aaaaaaaaaa", b"1" * 32)
OTHER = new_token(Role.OPERATOR, "aaaaaaaaaa", b"2" * 32)


def stored(keys: ServerKeys, token: Token) -> StoredDigest:
    """A digest as it is kept."""
    digest = keys.digest(token, "")
    return StoredDigest(server_key=digest.server_key, value=digest.value)


def key(**fields: object) -> ApiKey:
    """The stored key of the token."""
    usual: dict[str, object] = {
        "id": TOKEN.id,
        "role": Role.OPERATOR,
        "digest": stored(BEFORE, TOKEN),
        "created_at": NOW,
    }
    return ApiKey.model_validate({**usual, **fields})


def test_counts_as_long_as_the_token() -> None:
    """Also once its digest was written anew, under the newest server key."""
    proof = proof_of(AFTER, TOKEN, "")
    assert still(proof, key(), NOW).key_id == TOKEN.id
    assert still(proof, key(digest=stored(AFTER, TOKEN)), NOW).role is Role.OPERATOR
    grace = Rotated(digest=stored(AFTER, TOKEN), until=NOW + timedelta(hours=1))
    rotated = key(digest=stored(AFTER, OTHER), rotated=grace)
    assert still(proof, rotated, NOW)
    with pytest.raises(NotAuthenticatedError):
        still(proof, rotated, NOW + timedelta(hours=2))


@pytest.mark.parametrize(
    "now_stored",
    [
        None,
        key(revoked_at=NOW),
        key(expires_at=NOW),
        key(digest=stored(AFTER, OTHER)),
    ],
    ids=["gone", "revoked", "expired", "another"],
)
def test_ends_with_it(now_stored: ApiKey | None) -> None:
    """Nobody hears which it was."""
    with pytest.raises(NotAuthenticatedError, match="not valid here"):
        still(proof_of(AFTER, TOKEN, ""), now_stored, NOW)
