"""Signatures and sealed secrets: what is made is accepted, any change is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.errors import SealError
from bus.webhook.sealing import seal, unseal
from bus.webhook.signing import Signer, generate_secret, public_key, verify

IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
SECONDS = st.integers(0, 2**33)


@given(
    key=st.binary(min_size=24, max_size=64),
    message_id=IDS,
    timestamp_s=SECONDS,
    body=st.binary(max_size=200),
    place=st.integers(0, 10_000),
)
def test_any_changed_byte_fails(
    key: bytes, message_id: str, timestamp_s: int, body: bytes, place: int
) -> None:
    """The signature covers id, time and every byte of the body."""
    secret = generate_secret(key)
    header = Signer([("v1", secret, None)]).sign(message_id, timestamp_s, body)

    def accepted(header: str, message_id: str, timestamp_s: int, body: bytes) -> bool:
        return verify(header, message_id, timestamp_s, body, [secret], timestamp_s)

    assert accepted(header, message_id, timestamp_s, body)
    changed = bytearray(body + b"x")
    changed[place % len(changed)] ^= 1
    assert not accepted(header, message_id, timestamp_s, bytes(changed))
    assert not accepted(header, message_id + "x", timestamp_s, body)
    assert not accepted(header, message_id, timestamp_s + 1, body)
    at = 3 + place % 43  # the last characters only fill up base64
    other = "A" if header[at] != "A" else "B"
    wrong = header[:at] + other + header[at + 1 :]
    assert not accepted(wrong, message_id, timestamp_s, body)


@given(seed=st.binary(min_size=32, max_size=32), body=st.binary(max_size=200))
@settings(max_examples=25)
def test_ed25519_round_trip(seed: bytes, body: bytes) -> None:
    """A partner with the public key alone can check."""
    private = generate_secret(seed, "v1a")
    header = Signer([("v1a", private, None)]).sign("m", 1, body)
    assert verify(header, "m", 1, body, [public_key(private)], 1)
    assert not verify(header, "m", 1, body + b"x", [public_key(private)], 1)


@given(header=st.text(max_size=100))
def test_no_header_crashes_the_verifier(header: str) -> None:
    """A header from anybody is refused, never an error."""
    secrets = [generate_secret(b"a" * 32), generate_secret(b"b" * 32, "v1a")]
    assert not verify(header, "m", 1, b"", secrets, 1)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    key=st.binary(min_size=32, max_size=32),
    nonce=st.binary(min_size=12, max_size=12),
    text=TEXTS,
    context=TEXTS,
)
def test_sealed_texts_open_where_they_belong(
    key: bytes, nonce: bytes, text: str, context: str
) -> None:
    """Under their key and for their context, nowhere else."""
    sealed = seal(key, nonce, text, context)
    assert unseal([key], sealed, context) == text
    with pytest.raises(SealError):
        unseal([key], sealed, context + "x")
    with pytest.raises(SealError):
        unseal([bytes(32)] if any(key) else [bytes(31) + b"x"], sealed, context)
