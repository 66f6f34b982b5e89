"""Signatures by public keys, made by other libraries; what is forged is refused."""

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from bus.intake.verifying.verdict import Reason, Secret, Signed
from tests.support.signatures import BODY, NOW, URL, declared, verdict


def pem(
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey,
) -> str:
    """A public key as its owner gives it out."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


EC, OTHER_EC = (
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP256R1()),
)
RSA = rsa.generate_private_key(65537, 2048)


def test_an_ecdsa_key_is_found_by_its_name() -> None:
    """The header is base64 of an object with signature and kid (eBay's way)."""
    verifier = declared(
        "{kind: ecdsa, header: sig, form: json, hash: sha1, over: [body]}"
    )
    signature = EC.sign(BODY, ec.ECDSA(SHA1()))  # noqa: S303 - what the sender uses
    value = {
        "alg": "ecdsa",
        "kid": "k2",
        "signature": b64encode(signature).decode(),
        "digest": "SHA1",
    }
    header = {"sig": b64encode(json.dumps(value).encode()).decode()}
    keys = [
        Secret("a", pem(OTHER_EC.public_key()), "k1"),
        Secret("b", pem(EC.public_key()), "k2"),
    ]
    found = verifier.verify(Signed(BODY, header, URL, NOW), keys)
    assert found.secret == keys[1].id
    assert not verifier.verify(Signed(BODY, header, URL, NOW), keys[:1]).good
    assert not verifier.verify(Signed(BODY + b" ", header, URL, NOW), keys).good
    for broken in ("", "AAAA", b64encode(b"[]").decode(), "%"):
        assert not verifier.verify(Signed(BODY, {"sig": broken}, URL, NOW), keys).good


def test_an_rsa_key_signs_parts_and_a_checksum() -> None:
    """Id, time, hook and the body's CRC32 (PayPal's way)."""
    verifier = declared(
        "{kind: rsa, header: sig,"
        " over: ['header:id', '=|', 'header:time', '=|WH-1|', crc32]}"
    )
    message = (
        b"id-1|2026-11-02T09:30:00Z|WH-1|"
        + str(__import__("zlib").crc32(BODY)).encode()
    )
    signature = b64encode(RSA.sign(message, padding.PKCS1v15(), SHA256())).decode()
    headers = {"sig": signature, "id": "id-1", "time": "2026-11-02T09:30:00Z"}
    key = pem(RSA.public_key())
    assert verdict(verifier, headers, key).good
    assert verdict(verifier, headers, key, body=BODY + b" ").reason is Reason.MISMATCH
    assert verdict(verifier, headers | {"id": "id-2"}, key).reason is Reason.MISMATCH
    assert verdict(verifier, headers, "no key at all").reason is Reason.MISMATCH


def test_an_ed25519_key_signs_the_body() -> None:
    """And a key of another kind verifies nothing."""
    verifier = declared("{kind: ed25519, header: sig, over: [body]}")
    key = ed25519.Ed25519PrivateKey.generate()
    header = {"sig": b64encode(key.sign(BODY)).decode()}
    found = verdict(verifier, header, pem(RSA.public_key()), pem(key.public_key()))
    assert (found.good, found.secret) == (True, "s2")
    assert not verdict(verifier, header, pem(RSA.public_key())).good


@pytest.mark.parametrize("b64", [True, False])
def test_a_detached_jws_of_another_library(*, b64: bool) -> None:
    """RFC 7515 appendix F, and RFC 7797 with the payload as it is."""
    verifier = declared("{kind: jws, header: sig, algorithm: RS256}")
    key = RSAKey.generate_key(2048)
    protected: dict[str, object] = {"alg": "RS256", "kid": "k1"}
    if b64:
        token = jws.serialize_compact(protected, BODY, key)
        head, _, tail = token.split(".")
    else:
        head = b64encode(
            b'{"alg":"RS256","b64":false,"crit":["b64"],"kid":"k1"}'
        ).decode()
        head = head.rstrip("=").replace("+", "-").replace("/", "_")
        assert key.private_key is not None
        message = head.encode() + b"." + BODY
        raw = key.private_key.sign(message, padding.PKCS1v15(), SHA256())
        tail = b64encode(raw).decode().rstrip("=").replace("+", "-").replace("/", "_")
    public = key.as_pem(private=False).decode()
    assert verdict(verifier, {"sig": f"{head}..{tail}"}, public).good
    assert not verdict(
        verifier, {"sig": f"{head}..{tail}"}, public, body=BODY + b" "
    ).good
    assert not verdict(verifier, {"sig": f"{head}.e30.{tail}"}, public).good
    assert not verdict(verifier, {"sig": f"{head}..{tail[:-4]}"}, public).good


def test_a_jws_is_of_the_channels_algorithm_only() -> None:
    """`none`, or an HMAC under the public key, is what an attacker would send."""
    verifier = declared("{kind: jws, header: sig, algorithm: ES256}")
    key = ECKey.generate_key("P-256")
    public = key.as_pem(private=False).decode()
    head, _, tail = jws.serialize_compact({"alg": "ES256"}, BODY, key).split(".")
    assert verdict(verifier, {"sig": f"{head}..{tail}"}, public).good
    for text in (
        '{"alg":"none"}',
        '{"alg":"HS256"}',
        '{"alg":"ES256","crit":["exp"]}',
        "[]",
        "x",
    ):
        other = b64encode(text.encode()).decode().rstrip("=")
        assert (
            verdict(verifier, {"sig": f"{other}..{tail}"}, public).reason
            is Reason.MALFORMED
        )
