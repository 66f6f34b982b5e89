"""Public keys as senders give them out become PEM; what is none is refused."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from bus.intake.verifying.key_texts import KeyTextError, pems_of

RSA = RSAKey.generate_key(2048, {"use": "sig"})
EC = ECKey.generate_key("P-384")
ED = OKPKey.generate_key("Ed25519")
OTHERS = ECKey.generate_key("secp256k1"), OKPKey.generate_key("X25519")
CIPHER = RSAKey.generate_key(2048, {"use": "enc"})


def jwks(*keys: RSAKey | ECKey | OKPKey | OctKey, private: bool = False) -> str:
    """A set of them."""
    return json.dumps({"keys": [key.as_dict(private=private) for key in keys]})


def test_a_set_becomes_pem() -> None:
    """Each key that may sign; others are passed over."""
    found = pems_of(jwks(RSA, CIPHER, EC, *OTHERS, ED))
    assert [load_pem_public_key(pem.encode()) for pem in found] == [
        key.public_key for key in (RSA, EC, ED)
    ]
    assert pems_of(json.dumps(EC.as_dict(private=False))) == found[1:2]


def test_pem_stays_as_it_is() -> None:
    """But for what stands around it."""
    pem = RSA.as_pem(private=False).decode()
    assert pems_of(f"\n{pem}\n\n") == (pem.strip() + "\n",)


_REFUSED = [
    ("", "expected PEM"),
    ("ssh-ed25519 AAAA", "expected PEM"),
    ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "be read"),
    (OTHERS[0].as_pem(private=True).decode(), "a private key"),
    (OTHERS[1].as_pem(private=False).decode(), "RSA, ECDSA or ed25519"),
    ("{", "no JSON"),
    ("{}", "none of its keys"),
    ('{"keys": []}', "keys, a list of them"),
    ('{"keys": "no"}', "keys, a list of them"),
    ('{"keys": [1]}', "key 1: expected an object"),
    ('{"keys": [{"kty": "RSA", "e": "AQAB"}]}', "key 1: has no n"),
    ('{"keys": [{"kty": "RSA", "e": "AQAB", "n": "A"}]}', "key 1: cannot be"),
    (jwks(ED, RSA, private=True), "key 1: this is a private key"),
    (jwks(OctKey.generate_key(256), private=True), "key 1: this is a private"),
    (jwks(*OTHERS, CIPHER), "none of its keys"),
]


@pytest.mark.parametrize(("text", "why"), _REFUSED, ids=map(str, range(len(_REFUSED))))
def test_what_is_no_public_key_is_refused(text: str, why: str) -> None:
    """With the reason, and without the text."""
    with pytest.raises(KeyTextError, match=why) as caught:
        pems_of(text)
    assert "AAAA" not in str(caught.value)
