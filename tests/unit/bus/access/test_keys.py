"""Stored keys, and recognising who holds one."""

from datetime import UTC, datetime, timedelta

import pytest

from bus.access.digests import Digest, ServerKeys
from bus.access.keys import ApiKey, Rotated, StoredDigest, parse_key, restore_key
from bus.access.recognition import UNKNOWN, recognise
from bus.access.roles import Role, Scope
from bus.access.tokens import Token, new_id, new_token
from bus.errors import InvalidKeyError, NotAuthenticatedError

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SERVER = ServerKeys.of([b"s" * 32])
ID = new_id(b"i" * 10)
TOKEN = new_token(Role.PARTNER, ID, b"t" * 32)
NEXT = new_token(Role.PARTNER, ID, b"u" * 32)


def _stored(digest: Digest) -> StoredDigest:
    return StoredDigest(server_key=digest.server_key, value=digest.value)


def _key(token: Token = TOKEN, tenant: str = "acme", **more: object) -> ApiKey:
    digest = _stored(SERVER.digest(token, tenant))
    fields: dict[str, object] = {
        "id": ID,
        "role": "partner",
        "tenant": tenant,
        "digest": digest,
        "created_at": NOW,
    }
    return parse_key(fields | more)


def test_a_key_is_stored_without_its_secret_and_comes_back() -> None:
    """What a newer bus wrote beside it is left out."""
    key = _key(description="portal", expires_at=NOW + DAY, last_used=NOW.date())
    stored = key.stored()
    assert TOKEN.text[-49:].encode() not in stored
    assert restore_key(ID.encode(), stored) == key
    assert restore_key(ID.encode(), stored[:-1] + b',"shade":"blue"}') == key
    assert key.digest.value not in repr(key)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"role": "operator"}, "tenant: a key of role operator has none"),
        ({"tenant": ""}, "tenant: a key of role partner needs one"),
        ({"tenant": "ACME"}, "tenant: expected 2 to 63"),
        ({"tenant": "acme\n"}, "tenant: expected 2 to 63"),
        ({"description": "two\nlines"}, "description: expected one line"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"digest": {"server_key": "x", "value": "y"}}, "digest.server_key"),
    ],
)
def test_what_is_no_key(fields: dict[str, object], where: str) -> None:
    """Field and reason are said."""
    with pytest.raises(InvalidKeyError, match=where):
        _key(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b"\xff"])
def test_bytes_that_are_no_key(value: bytes) -> None:
    """Any bytes are refused, never raised as something else."""
    with pytest.raises(InvalidKeyError):
        restore_key(ID.encode(), value)


def test_a_key_under_another_id_is_none() -> None:
    """A record copied to another key does not become that one."""
    with pytest.raises(InvalidKeyError, match="differs"):
        restore_key(b"aaaaaaaaaa", _key().stored())


def test_the_holder_is_recognised() -> None:
    """With role, tenant, and the scopes of both."""
    found = recognise(SERVER, TOKEN, _key(), NOW)
    assert found.principal.key_id == ID
    assert found.principal.tenant == "acme"
    assert found.principal.may(Scope.SUBSCRIPTIONS_WRITE)
    assert not found.by_old_token


def test_the_old_token_counts_until_its_overlap_ends() -> None:
    """Both do meanwhile; which one was used is told."""
    old = Rotated(digest=_stored(SERVER.digest(TOKEN, "acme")), until=NOW + DAY)
    key = _key(NEXT, rotated=old)
    assert recognise(SERVER, TOKEN, key, NOW).by_old_token
    assert not recognise(SERVER, NEXT, key, NOW).by_old_token
    with pytest.raises(NotAuthenticatedError, match=UNKNOWN):
        recognise(SERVER, TOKEN, key, NOW + DAY)


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (TOKEN, None),
        (NEXT, _key()),
        (NEXT, _key(revoked_at=NOW)),
        (NEXT, _key(expires_at=NOW)),
        (TOKEN, _key().model_copy(update={"tenant": "other"})),
        (TOKEN, _key().model_copy(update={"role": Role.READER})),
        (new_token(Role.READER, ID, b"t" * 32), _key()),
    ],
)
def test_who_does_not_hold_the_secret_hears_one_answer(
    token: Token, key: ApiKey | None
) -> None:
    """Unknown, wrong, revoked, expired, or of a record that somebody altered."""
    with pytest.raises(NotAuthenticatedError) as caught:
        recognise(SERVER, token, key, NOW)
    assert str(caught.value) == UNKNOWN


def test_the_holder_hears_why_a_key_ended() -> None:
    """Whoever holds the secret may know."""
    with pytest.raises(NotAuthenticatedError, match="revoked"):
        recognise(SERVER, TOKEN, _key(revoked_at=NOW), NOW)
    with pytest.raises(NotAuthenticatedError, match="expired on 2026-11-28 12:00"):
        recognise(SERVER, TOKEN, _key(expires_at=NOW), NOW)
    assert recognise(SERVER, TOKEN, _key(expires_at=NOW + DAY), NOW)
    assert _key(revoked_at=NOW, expires_at=NOW).state(NOW) == "revoked"
    assert _key(expires_at=NOW).state(NOW) == "expired"
    assert _key().state(NOW) == "active"
