"""A message that Saleor itself signed, and what another library signs as Saleor does.

The first was sent by a shop of Saleor's cloud; Saleor's SDK for apps has it, with that
shop's key set, in the test of its own verifier (`src/auth/verify-signature.test.ts`).
Saleor signs with RS256 over the bytes as they are (RFC 7797), and names its key.
"""

import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from bus.intake.verifying.key_texts import pems_of
from bus.intake.verifying.verdict import Reason, Verdict
from tests.support.channels import shipped
from tests.support.signatures import verdict

_FILE = Path(__file__).parent / "vectors" / "saleor.json"
SENT = json.loads(_FILE.read_text(encoding="utf-8"))
BODY, TOKEN = str(SENT["body"]).encode(), str(SENT["signature"])
JWKS = json.dumps(SENT["jwks"])
OTHER = RSAKey.generate_key(2048, {"use": "sig", "kid": "1"})
PROTECTED = {"alg": "RS256", "kid": "1", "b64": False, "crit": ["b64"]}


def judged(token: str, body: bytes, key_set: str) -> Verdict:
    """What the shipped channel says, given a key set as Saleor publishes it."""
    headers = {"saleor-signature": token}
    keys = pems_of(key_set)
    return verdict(shipped("saleor").verifier, headers, *keys, body=body)


def signed(body: bytes, protected: dict[str, object]) -> str:
    """A detached JWS by joserfc."""
    registry = jws.JWSRegistry(strict_check_header=False)
    compact = jws.serialize_compact(protected, body, OTHER, registry=registry)
    head, _, tail = compact.partition(".")
    return f"{head}..{tail.rpartition('.')[2]}"


def key_set(*keys: RSAKey) -> str:
    """Their public halves."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def test_what_saleor_signed_is_verified() -> None:
    """By the key set of its shop, as it was published."""
    found = judged(TOKEN, BODY, JWKS)
    assert (found.reason, found.secret) == (Reason.VERIFIED, "s1")


@pytest.mark.parametrize("place", range(0, len(BODY), 3))
def test_another_byte_in_it_is_refused(place: int) -> None:
    """Wherever it stands."""
    changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    assert judged(TOKEN, changed, JWKS).reason is Reason.MISMATCH


def test_the_key_and_the_header_count() -> None:
    """Another shop's key, a header that says otherwise, and bytes encoded first."""
    assert judged(TOKEN, BODY, key_set(OTHER)).reason is Reason.MISMATCH
    head, _, tail = TOKEN.partition("..")
    for said in ({"alg": "RS256", "b64": False, "crit": ["b64"]}, {"alg": "RS256"}):
        other = urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        assert judged(f"{other}..{tail}", BODY, JWKS).reason is Reason.MISMATCH
    encoded = urlsafe_b64encode(BODY).rstrip(b"=")
    assert judged(TOKEN, encoded, JWKS).reason is Reason.MISMATCH
    joined = f"{head}.{encoded.decode()}.{tail}"
    assert judged(joined, BODY, JWKS).reason is Reason.MALFORMED


@pytest.mark.parametrize("body", [b"{}", '{"note":"Zo\u00eb"}'.encode(), b"\x00.\r\n"])
def test_what_joserfc_signs_is_verified(body: bytes) -> None:
    """Another library than the one that verifies; old and new key in one set."""
    token = signed(body, PROTECTED)
    both = json.dumps({"keys": [*SENT["jwks"]["keys"], OTHER.as_dict(private=False)]})
    found = judged(token, body, both)
    assert (found.reason, found.secret) == (Reason.VERIFIED, "s2")
    assert judged(token, body + b" ", both).reason is Reason.MISMATCH
    assert judged(token, body, JWKS).reason is Reason.MISMATCH
