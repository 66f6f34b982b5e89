"""Signatures by a key that the request names: only one of the channel's own host."""

from datetime import timedelta
from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.channels.loading import load_channel
from bus.intake.verifying.fetched import FetchedKey
from bus.intake.verifying.secrets import Kind, kind_of
from bus.intake.verifying.verdict import Reason, Secret, Signed, Verdict
from tests.support.certified import FOLDER, HOOK, URL, Certified, without
from tests.support.channels import CATALOGUE, DEFINITION, MAPPING, shipped
from tests.support.signatures import BODY, NOW

SENDER = Certified(NOW)
PEM = SENDER.pem
VERIFIER = cast("FetchedKey", shipped("paypal").verifier)


def verdict(
    headers: dict[str, str],
    *secrets: str,
    body: bytes = BODY,
    keys: tuple[str, ...] = (PEM,),
) -> Verdict:
    """What is said of it, with these webhooks' ids and keys."""
    live = [Secret(f"s{n}", value) for n, value in enumerate(secrets or (HOOK,), 1)]
    signed = Signed(body, headers, "https://bus.example.com/in/x", NOW, keys)
    return VERIFIER.verify(signed, live)


def test_its_own_key_over_all_that_is_signed() -> None:
    """Id, time, the webhook's id and the body; the verdict says whose webhook."""
    headers = SENDER.headers(BODY)
    found = verdict(headers, "another-webhook", HOOK)
    assert (found.good, found.secret) == (True, "s2")
    assert verdict(headers, "another-webhook").reason is Reason.MISMATCH
    for name in ("paypal-transmission-id", "paypal-transmission-time"):
        changed = headers | {name: headers[name] + "1"}
        assert verdict(changed).reason is Reason.MISMATCH
        assert verdict(without(headers, name)).reason is Reason.MALFORMED
    name = "paypal-transmission-sig"
    assert verdict(without(headers, name)).reason is Reason.UNSIGNED
    assert verdict(headers | {name: "***"}).reason is Reason.MALFORMED


@given(at=st.integers(0, len(BODY) - 1), by=st.integers(1, 255))
def test_any_changed_byte_of_the_body_is_refused(at: int, by: int) -> None:
    """Wherever it is."""
    changed = bytearray(BODY)
    changed[at] ^= by
    found = verdict(SENDER.headers(BODY), body=bytes(changed))
    assert found.reason is Reason.MISMATCH


@pytest.mark.parametrize(
    "url",
    [
        "",
        FOLDER,
        URL.replace("https", "http"),
        URL.replace("api.paypal.com", "api.paypal.com.example"),
        URL.replace("api.paypal.com", "api.paypal.com@evil.example"),
        URL.replace("api.paypal.com", "API.PAYPAL.COM"),
        URL.replace("/v1/", "//v1/"),
        f"{FOLDER}../../../x",
        f"{FOLDER}..",
        f"{FOLDER}%2e%2e%2fx",
        f"{FOLDER}a/b",
        f"{FOLDER}a?b=c",
        f"{FOLDER}a#b",
        f"{FOLDER}a\\b",
        f"{FOLDER}{'a' * 201}",
        "https://evil.example/?https://api.paypal.com/v1/notifications/certs/a",
    ],
)
def test_no_key_of_anybody_else(url: str) -> None:
    """Such an address is not asked, and what is signed so is refused, key or not."""
    headers = SENDER.headers(BODY, url)
    assert VERIFIER.key_url(headers) is None
    assert verdict(headers).reason is Reason.MALFORMED


def test_a_certificate_is_of_its_time() -> None:
    """Not yet, or no more, is as none; what is no key is none."""
    headers = SENDER.headers(BODY)
    late = Certified(NOW - timedelta(days=40), key=SENDER.key).pem
    early = Certified(NOW + timedelta(days=2), key=SENDER.key).pem
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    for keys in ((), (late,), (early,), (broken,)):
        assert verdict(headers, keys=keys).reason is Reason.NO_SECRET
    assert verdict(headers, keys=("-----BEGIN X",)).reason is Reason.MISMATCH
    other = Certified(NOW, key=rsa.generate_private_key(65537, 2048)).pem
    assert verdict(headers, keys=(other,)).reason is Reason.MISMATCH
    plain = SENDER.key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    assert verdict(headers, keys=(plain.decode(),)).good


def test_without_the_webhooks_id_nothing_is_verified() -> None:
    """It is the sender's to give; none is made for it."""
    signed = Signed(BODY, SENDER.headers(BODY), "https://x", NOW, (PEM,))
    assert VERIFIER.verify(signed, ()).reason is Reason.NO_SECRET
    assert kind_of(VERIFIER) is Kind.GIVEN


@pytest.mark.parametrize(
    "below", ["http://keys.example/a/", "https://keys.example/a", "https://a@b/", "[]"]
)
def test_where_keys_are_has_to_be_pinned(below: str) -> None:
    """By https, to a host and a folder; the faulty line is named."""
    verify = (
        f"{{kind: rsa, header: s, over: [body], key: {{header: u, below: {below}}}}}"
    )
    definition = DEFINITION.replace("{kind: none}", verify)
    files = {"channel.yaml": definition, "mapping.yaml": MAPPING}
    loaded = load_channel("shop", files, CATALOGUE)
    assert [(one.line, "below" in one.text) for one in loaded.problems] == [(4, True)]
