"""Signatures: each verifier against public vectors or another library, then fuzzed."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bus.intake.verifying.verdict import Reason, Secret, Verdict
from tests.support.channels import shipped
from tests.support.signatures import BODY, NOW, declared, verdict


def mac(key: bytes, message: bytes, name: str = "sha256") -> bytes:
    """An HMAC, by the standard library."""
    return hmac.digest(key, message, name)


BODY_HMAC = declared("{kind: hmac, header: X-Sig, over: [body]}")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_any_live_secret_is_taken_and_named(which: int) -> None:
    """While one is replaced both are right, and the verdict says which it was."""
    secrets = ["old", "new", "newest"]
    header = {"x-sig": b64encode(mac(secrets[which].encode(), BODY)).decode()}
    found = verdict(BODY_HMAC, header, *secrets)
    assert (found.reason, found.secret) == (Reason.VERIFIED, f"s{which + 1}")


@pytest.mark.parametrize(
    ("headers", "secrets", "reason"),
    [
        ({}, ["a"], Reason.UNSIGNED),
        ({"x-sig": ""}, ["a"], Reason.UNSIGNED),
        ({"x-sig": "AAAA"}, [], Reason.NO_SECRET),
        ({"x-sig": "not base64!"}, ["a"], Reason.MALFORMED),
        ({"x-sig": "AAAA"}, ["a"], Reason.MISMATCH),
        ({"x-sig": b64encode(mac(b"x", BODY)).decode()}, ["", "a"], Reason.MISMATCH),
    ],
)
def test_what_is_not_signed_is_refused(
    headers: dict[str, str], secrets: list[str], reason: Reason
) -> None:
    """Each with its reason; an empty secret signs nothing."""
    assert verdict(BODY_HMAC, headers, *secrets).reason is reason


def test_no_verdict_tells_a_secret() -> None:
    """Nor the signature that would have been right."""
    right = b64encode(mac(b"very-secret", BODY)).decode()
    for header in ({"x-sig": "AAAA"}, {"x-sig": right}, {}):
        found = repr(verdict(BODY_HMAC, header, "very-secret"))
        assert "very-secret" not in found
        assert right not in found
    assert "very-secret" not in repr(Secret("a", "very-secret"))


@given(at=st.integers(0, len(BODY) - 1), by=st.integers(1, 255))
def test_any_changed_byte_of_the_body_is_refused(at: int, by: int) -> None:
    """Wherever it is."""
    header = {"x-sig": b64encode(mac(b"a", BODY)).decode()}
    changed = bytearray(BODY)
    changed[at] ^= by
    found = verdict(BODY_HMAC, header, "a", body=bytes(changed))
    assert found.reason is Reason.MISMATCH


@given(at=st.integers(0, 31), by=st.integers(1, 255))
def test_any_changed_byte_of_the_signature_is_refused(at: int, by: int) -> None:
    """And one that is cut or longer."""
    right = bytearray(mac(b"a", BODY))
    right[at] ^= by
    for wrong in (bytes(right), bytes(right[:at]), bytes(right) + b"\0"):
        header = {"x-sig": b64encode(wrong).decode()}
        assert not verdict(BODY_HMAC, header, "a").good


STANDARD = shipped("standard-webhooks").verifier


def test_standard_webhooks_vector() -> None:
    """The example of the specification's own libraries."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of an example
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    assert verdict(STANDARD, headers, secret, body=body, now=at).good


@pytest.mark.parametrize(
    ("off", "good"), [(0, True), (299, True), (301, False), (-301, False)]
)
def test_standard_webhooks_library(off: int, *, good: bool) -> None:
    """What the official library signs is verified, within its five minutes."""
    secret = "whsec_" + b64encode(b"k" * 24).decode()
    at = NOW - timedelta(seconds=off)
    signature = Webhook(secret).sign("msg_1", at, BODY.decode())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1a,AAAA v1,AAAA {signature}",
    }
    found = verdict(STANDARD, headers, "whsec_AAAA", secret)
    assert found.good is good
    assert found.reason is (Reason.VERIFIED if good else Reason.STALE)
    for name in ("webhook-id", "webhook-timestamp"):
        other = headers | {name: headers[name] + "1"}
        assert verdict(STANDARD, other, secret).reason is Reason.MISMATCH
        assert not verdict(
            STANDARD, {k: v for k, v in headers.items() if k != name}, secret
        ).good


PAIRS = declared(
    "{kind: hmac, header: sig, form: pairs, label: v1, encoding: hex, time: 'pair:t',"
    " over: ['pair:t', =., body]}"
)


def test_pairs_take_any_of_their_signatures() -> None:
    """Of two while a secret is replaced; the time is one of the pairs and signed."""
    at = int(NOW.timestamp())
    right = mac(b"a", f"{at}.".encode() + BODY).hex()
    for text in (f"t={at},v1={right}", f"t={at},v1={'0' * 64},v1={right},v0=x"):
        assert verdict(PAIRS, {"sig": text}, "a").good
    for text in (
        f"t={at + 1},v1={right}",
        f"t={at},v0={right}",
        f"v1={right}",
        f"t=soon,v1={right}",
        right,
    ):
        assert not verdict(PAIRS, {"sig": text}, "a").good


ADYEN = shipped("adyen").verifier
ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"


def adyen_item(**changed: object) -> dict[str, object]:
    """The public example of Adyen's own libraries."""
    return {
        "pspReference": "7914073381342284",
        "originalReference": "",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "TestPayment-1407325143704",
        "amount": {"value": 1130, "currency": "EUR"},
        "eventCode": "AUTHORISATION",
        "success": "true",
        "additionalData": {
            "hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="
        },
        **changed,
    }


def adyen(*items: dict[str, object]) -> Verdict:
    """What is said of a notification with these items."""
    wrapped = [{"NotificationRequestItem": item} for item in items]
    body = json.dumps({"live": "false", "notificationItems": wrapped}).encode()
    return verdict(ADYEN, {}, ADYEN_KEY, body=body)


def test_fields_are_verified_in_every_item() -> None:
    """One forged item makes the whole wrong, wherever it stands."""
    assert adyen(adyen_item()).good
    assert adyen(adyen_item(), adyen_item()).good
    forged = adyen_item(merchantReference="other")
    assert adyen(adyen_item(), forged).reason is Reason.MISMATCH
    assert adyen(forged, adyen_item()).reason is Reason.MISMATCH
    assert adyen(adyen_item(additionalData={})).reason is Reason.UNSIGNED
    assert adyen().reason is Reason.UNSIGNED
    assert verdict(ADYEN, {}, ADYEN_KEY, body=b"{").reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "changed",
    [
        {"pspReference": "7914073381342285"},
        {"originalReference": "x"},
        {"merchantAccountCode": "Other"},
        {"amount": {"value": 1131, "currency": "EUR"}},
        {"amount": {"value": 1130, "currency": "USD"}},
        {"eventCode": "REFUND"},
        {"success": "false"},
    ],
)
def test_every_named_field_is_signed(changed: dict[str, object]) -> None:
    """A change of any of them is refused."""
    assert adyen(adyen_item(**changed)).reason is Reason.MISMATCH


def test_a_shared_secret_stands_in_the_document() -> None:
    """Compared like a signature; a document that is none is refused."""
    verifier = declared("{kind: shared-secret, path: a.s, format: xml}")
    found = verdict(verifier, {}, "x", "y", body=b"<a><s>y</s></a>")
    assert (found.good, found.secret) == (True, "s2")
    assert verdict(verifier, {}, "x", body=b"<a><s>y</s></a>").reason is Reason.MISMATCH
    assert verdict(verifier, {}, "x", body=b"<a/>").reason is Reason.UNSIGNED
    assert verdict(verifier, {}, "x", body=b"<a>").reason is Reason.MALFORMED
    assert verdict(verifier, {}, body=b"<a><s>y</s></a>").reason is Reason.NO_SECRET
    header = declared("{kind: shared-secret, header: X-Key}")
    assert verdict(header, {"x-key": "x"}, "x").good
    assert not verdict(header, {"x-key": "é"}, "x").good


def test_nothing_signed_is_said_as_such() -> None:
    """It is taken, and nobody reads that it was verified."""
    found = verdict(declared("{kind: none, why: SFTP says who}"), {})
    assert (found.good, found.reason) == (True, Reason.NOT_CHECKED)
    assert "SFTP says who" in found.text
