"""A token is taken only if a header can carry it, and for as long as it says."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from bus.adapters.google.tokens import ISSUER, Token, Tokens
from bus.adapters.memory.asker import MemoryAsker
from bus.adapters.memory.clock import MemoryClock
from bus.delivery.delivery import Unreachable
from bus.delivery.subscription import Login
from bus.ports import NoAnswerKind
from bus.sending import Got

_KEY = generate_private_key(65_537, 2048)
_PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
_LOGIN = Login(username="bus@project.iam.gserviceaccount.com", password=_PEM)


async def asked(body: bytes, status: int = 200) -> object:
    """What comes of an answer with this body."""
    asker = MemoryAsker(MemoryClock())
    asker.holds(ISSUER, Got(status, {}, body))
    return await Tokens(asker).of(_LOGIN, 1_000.0, 5)


async def test_a_token() -> None:
    """It is good for as long as it says."""
    found = await asked(b'{"access_token":"ya29.a-b_c","expires_in":3599}')
    assert found == Token("ya29.a-b_c", 4_599.0)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b"[]",
        b"{}",
        b'{"access_token":"a\\r\\nx-evil: 1","expires_in":3599}',
        b'{"access_token":"a b","expires_in":3599}',
        b'{"access_token":"a\\u0000","expires_in":3599}',
        b'{"access_token":"\xc3\xbc","expires_in":3599}',
        b'{"access_token":"","expires_in":3599}',
        b'{"access_token":"a","expires_in":0}',
        b'{"access_token":"a","expires_in":-1}',
        b'{"access_token":"a","expires_in":%s}' % (b"9" * 390),
        b'{"access_token":"a","expires_in":1e400}',
        b'{"access_token":"a","expires_in":"3599"}',
    ],
)
async def test_none(body: bytes) -> None:
    """Whatever else is answered is told, and comes again."""
    outcome = await asked(body)
    assert isinstance(outcome, Unreachable)
    assert outcome.kind == NoAnswerKind.PROTOCOL
    assert "expected access_token and expires_in" in outcome.detail


async def test_a_status_that_is_none() -> None:
    """Likewise."""
    outcome = await asked(b"{}", 999)
    assert outcome == Unreachable(
        "protocol", "not an answer of Google Pub/Sub: status 999"
    )
