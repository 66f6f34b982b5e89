"""From a token to who holds it."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from typing_extensions import override

from bus.access.digests import Digest, ServerKeys
from bus.access.keys import ApiKey, Rotated, StoredDigest
from bus.access.roles import Role
from bus.access.tokens import Token, new_id, new_token
from bus.errors import NotAuthenticatedError
from processors.access.authenticating import Acquaintances, authenticate

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


class _Counting(ServerKeys):
    """Counts what it is asked."""

    asked: ClassVar[list[str]] = []

    @override
    def fits(self, token: Token, tenant: str, stored: Digest) -> bool:
        """Count, and answer."""
        self.asked.append(token.id)
        return super().fits(token, tenant, stored)


def test_who_was_met_is_not_asked_for_proof_again() -> None:
    """As long as the key is what it was; who has another secret always is."""
    server = _Counting(SERVER.all)
    met, table = Acquaintances(server, b"salt"), {ID: _key()}
    first = met.authenticate(table, TOKEN.text, NOW)
    proofs = len(server.asked)
    assert met.authenticate(table, TOKEN.text, NOW + 1) == first
    assert len(server.asked) == proofs
    other = new_token(Role.OPERATOR, ID, b"o" * 32)
    for _ in range(2):
        before = len(server.asked)
        with pytest.raises(NotAuthenticatedError, match="not valid"):
            met.authenticate(table, other.text, NOW)
        assert len(server.asked) == before + proofs


def test_who_was_met_goes_with_the_key() -> None:
    """Revoked, expired, removed or of another tenant: known anew each time."""
    key, moment = _key(), datetime.fromtimestamp(NOW, UTC)
    met = Acquaintances(SERVER, b"salt")
    ends = key.model_copy(update={"expires_at": moment + timedelta(seconds=5)})
    met.authenticate({ID: ends}, TOKEN.text, NOW)
    with pytest.raises(NotAuthenticatedError, match="expired"):
        met.authenticate({ID: ends}, TOKEN.text, NOW + 5)
    met.authenticate({ID: key}, TOKEN.text, NOW)
    revoked = key.model_copy(update={"revoked_at": moment})
    with pytest.raises(NotAuthenticatedError, match="revoked"):
        met.authenticate({ID: revoked}, TOKEN.text, NOW)
    met.authenticate({ID: key}, TOKEN.text, NOW)
    with pytest.raises(NotAuthenticatedError, match="not valid"):
        met.authenticate({}, TOKEN.text, NOW)


def test_an_old_token_ends_when_its_rotation_does() -> None:
    """It is proved each time."""
    moment = datetime.fromtimestamp(NOW, UTC)
    newer = new_token(Role.OPERATOR, ID, b"n" * 32)
    digest = SERVER.digest(newer, "")
    stored = StoredDigest(server_key=digest.server_key, value=digest.value)
    rotated = Rotated(digest=_key().digest, until=moment + timedelta(seconds=5))
    key = _key().model_copy(update={"digest": stored, "rotated": rotated})
    met = Acquaintances(SERVER, b"salt")
    assert met.authenticate({ID: key}, TOKEN.text, NOW).key_id == ID
    with pytest.raises(NotAuthenticatedError, match="not valid"):
        met.authenticate({ID: key}, TOKEN.text, NOW + 5)
