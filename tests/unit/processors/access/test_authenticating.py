"""From a token to who holds it."""

from datetime import UTC, datetime

import pytest

from bus.access.digests import ServerKeys
from bus.access.keys import ApiKey, StoredDigest
from bus.access.roles import Role
from bus.access.tokens import new_id, new_token
from bus.errors import NotAuthenticatedError
from processors.access.authenticating import authenticate

NOW = 1_795_867_200.0
SERVER = ServerKeys.of([b"s" * 32])
ID = new_id(b"i" * 10)
TOKEN = new_token(Role.OPERATOR, ID, b"t" * 32)


def _key() -> ApiKey:
    digest = SERVER.digest(TOKEN, "")
    stored = StoredDigest(server_key=digest.server_key, value=digest.value)
    made = datetime.fromtimestamp(NOW, UTC)
    return ApiKey(id=ID, role=Role.OPERATOR, digest=stored, created_at=made)


def test_a_token_is_looked_up_by_its_id() -> None:
    """And its holder returned."""
    found = authenticate({ID: _key()}, SERVER, TOKEN.text, NOW)
    assert (found.key_id, found.role, found.tenant) == (ID, Role.OPERATOR, "")


def test_a_mistyped_token_is_not_looked_up() -> None:
    """Its checksum tells."""

    class NeverAsked:
        def get(self, key_id: str) -> ApiKey | None:
            raise AssertionError(key_id)

    wrong = TOKEN.text[:-1] + ("a" if TOKEN.text[-1] != "a" else "b")
    with pytest.raises(NotAuthenticatedError, match="mistyped"):
        authenticate(NeverAsked(), SERVER, wrong, NOW)


def test_an_unknown_one_is_nobody() -> None:
    """As one of another secret is."""
    with pytest.raises(NotAuthenticatedError, match="not valid"):
        authenticate({}, SERVER, TOKEN.text, NOW)
