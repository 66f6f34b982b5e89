"""Standard Webhooks signatures."""

import base64
import math
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bus.errors import InvalidSubscriptionError
from bus.webhook.signing import Signer, generate_secret, public_key, verify

# The published vector of the Standard Webhooks specification and its libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - published
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1_614_265_330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
# RFC 8032, section 7.1, test 1.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
)
OTHER = generate_secret(b"o" * 32)
PRIVATE = generate_secret(SEED, "v1a")


def sign_with(secret: str) -> None:
    """Sign with a secret, in the scheme that it is for."""
    scheme = "v1a" if secret.startswith("whsk_") else "v1"
    Signer([(scheme, secret, None)]).sign(MESSAGE, TIMESTAMP, BODY)


def test_the_published_vector() -> None:
    """Our signature is the one the specification's libraries make."""
    assert Signer([("v1", SECRET, None)]).sign(MESSAGE, TIMESTAMP, BODY) == SIGNATURE


def test_ed25519_keys_and_signatures() -> None:
    """The public key is RFC 8032's, and checks what the private one signs."""
    assert public_key(PRIVATE) == "whpk_" + base64.b64encode(PUBLIC).decode()
    header = Signer([("v1a", PRIVATE, None)]).sign(MESSAGE, TIMESTAMP, BODY)
    assert header.startswith("v1a,")
    for key in (PRIVATE, public_key(PRIVATE)):
        assert verify(header, MESSAGE, TIMESTAMP, BODY, [key], TIMESTAMP)
        assert not verify(header, MESSAGE, TIMESTAMP, BODY + b" ", [key], TIMESTAMP)
        for wrong in ("v1a,!", "v1a," + "A" * 88, header.replace("v1a", "v1"), ""):
            assert not verify(wrong, MESSAGE, TIMESTAMP, BODY, [key], TIMESTAMP)


def test_private_keys_of_the_standard() -> None:
    """64 bytes, the public key behind the seed: the same key; other halves are none."""
    whole = "whsk_" + base64.b64encode(SEED + PUBLIC).decode()
    assert public_key(whole) == public_key(PRIVATE)
    header = Signer([("v1a", whole, None)]).sign(MESSAGE, TIMESTAMP, BODY)
    assert header == Signer([("v1a", PRIVATE, None)]).sign(MESSAGE, TIMESTAMP, BODY)
    for key in (whole, PRIVATE, public_key(whole)):
        assert verify(header, MESSAGE, TIMESTAMP, BODY, [key], TIMESTAMP)
    torn = "whsk_" + base64.b64encode(SEED + PUBLIC[::-1]).decode()
    with pytest.raises(InvalidSubscriptionError, match="not of one key pair"):
        sign_with(torn)


def test_a_rotation_signs_with_every_live_secret() -> None:
    """A partner may change over at any moment until the old secret expires."""
    signer = Signer(
        [("v1", SECRET, TIMESTAMP + 10), ("v1", OTHER, None), ("v1a", PRIVATE, None)]
    )
    during = signer.sign(MESSAGE, TIMESTAMP, BODY).split(" ")
    assert during[0] == SIGNATURE
    assert [part.partition(",")[0] for part in during] == ["v1", "v1", "v1a"]
    after = signer.sign(MESSAGE, TIMESTAMP + 10, BODY)
    assert len(after.split(" ")) == 2
    for secret in (OTHER, PRIVATE):
        assert verify(after, MESSAGE, TIMESTAMP + 10, BODY, [secret], TIMESTAMP)


@pytest.mark.parametrize("ends", [[], [TIMESTAMP], [TIMESTAMP - 9, TIMESTAMP]])
def test_no_live_secret_no_signature(ends: list[float]) -> None:
    """Nothing is signed with an expired secret, and no signature is ever empty."""
    signer = Signer([("v1", SECRET, end) for end in ends])
    assert signer.until_s <= TIMESTAMP
    with pytest.raises(InvalidSubscriptionError, match="none of them is live"):
        signer.sign(MESSAGE, TIMESTAMP, BODY)


def test_it_is_known_how_long_there_will_be_signatures() -> None:
    """As long as the secret that lasts longest: for ever, if one does."""
    assert Signer([("v1", SECRET, 9), ("v1", OTHER, 20)]).until_s == 20
    assert Signer([("v1", SECRET, 9), ("v1", OTHER, None)]).until_s == math.inf


@pytest.mark.parametrize("body", [BODY, "<e>ö</e>".encode(), b""])
def test_the_reference_library_accepts_our_signatures(body: bytes) -> None:
    """The `standardwebhooks` package verifies JSON and XML bodies alike."""
    now_s = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": MESSAGE,
        "webhook-timestamp": str(now_s),
        "webhook-signature": Signer(
            [("v1", OTHER, None), ("v1a", PRIVATE, None), ("v1", SECRET, None)]
        ).sign(MESSAGE, now_s, body),
    }
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers, json_parse=False)


def test_we_accept_the_reference_librarys_signatures() -> None:
    """Both sides read the specification in the same way."""
    moment = datetime.fromtimestamp(TIMESTAMP, UTC)
    header = Webhook(SECRET).sign(MESSAGE, moment, BODY.decode())
    assert verify(header, MESSAGE, TIMESTAMP, BODY, [SECRET], TIMESTAMP)


@pytest.mark.parametrize(
    ("now_s", "valid"),
    [
        (TIMESTAMP + 300, True),
        (TIMESTAMP - 300, True),
        (TIMESTAMP + 300.1, False),
        (TIMESTAMP - 301, False),
    ],
)
def test_old_and_future_messages(now_s: float, *, valid: bool) -> None:
    """A replayed message is refused after five minutes."""
    assert verify(SIGNATURE, MESSAGE, TIMESTAMP, BODY, [SECRET], now_s) is valid


def test_nothing_is_verified_without_secrets() -> None:
    """No secret, no valid signature."""
    assert not verify(SIGNATURE, MESSAGE, TIMESTAMP, BODY, [], TIMESTAMP)


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "expected whsec_ and 24 to 64 bytes"),
        ("whsec_????", "not base64"),
        ("whsec_" + "A" * 31, "not 23"),
        ("whsec_" + "A" * 88, "not 66"),
        ("whsec_ä", "not base64"),
        ("whsk_AAAA", "expected whsk_ and 32 or 64 bytes in base64, not 3"),
    ],
)
def test_secrets_that_are_none(secret: str, why: str) -> None:
    """The reason is told, the secret never repeated."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        sign_with(secret)
    assert caught.value.field == "secrets"
    assert why in caught.value.why
    assert secret.partition("_")[2][:8] not in caught.value.why or "_" not in secret


def test_an_unknown_scheme_is_refused() -> None:
    """Only v1 and v1a exist."""
    with pytest.raises(InvalidSubscriptionError, match="v1 or v1a"):
        Signer([("v2", SECRET, None)])


def test_generated_secrets_are_accepted() -> None:
    """Padding is there or not, both are the same secret."""
    for size in (24, 25, 26, 64):
        secret = generate_secret(b"r" * size)
        sign_with(secret)
        sign_with(secret.rstrip("="))
    sign_with(PRIVATE)
    with pytest.raises(InvalidSubscriptionError):
        generate_secret(b"short")


def test_secrets_are_not_shown() -> None:
    """A signer in a log line says nothing."""
    shown = repr(Signer([("v1", SECRET, None), ("v1a", PRIVATE, None)]))
    assert shown == "Signer(2 secrets)"


def test_a_private_key_may_carry_its_public_one() -> None:
    """The standard's keys have 64 bytes: the seed, and the public key behind it."""
    whole = "whsk_" + base64.b64encode(SEED + PUBLIC).decode()
    assert public_key(whole) == public_key(PRIVATE)
    signed = Signer([("v1a", whole, None)]).sign(MESSAGE, TIMESTAMP, BODY)
    assert signed == Signer([("v1a", PRIVATE, None)]).sign(MESSAGE, TIMESTAMP, BODY)
    assert verify(signed, MESSAGE, TIMESTAMP, BODY, [whole], TIMESTAMP)
    for wrong in (SEED + SEED, SEED + PUBLIC[:-1]):
        with pytest.raises(InvalidSubscriptionError, match="whsk_"):
            sign_with("whsk_" + base64.b64encode(wrong).decode())
