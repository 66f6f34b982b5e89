"""Secrets at rest."""

import base64

import pytest

from bus.errors import SealError
from bus.webhook.sealing import is_sealed, key_id, seal, unseal

KEY = bytes(range(32))
OLD = b"o" * 32
NONCE = b"n" * 12
SECRET = "whsec_geheim-ö"  # noqa: S105 - not one
CONTEXT = "erp/1"
SEALED = seal(KEY, NONCE, SECRET, CONTEXT)


def test_what_is_sealed_opens() -> None:
    """The secret comes back under its key, whichever place the key has."""
    assert SEALED.startswith(f"sealed:v1:{key_id(KEY)}:")
    assert SEALED.isascii()
    assert "geheim" not in SEALED
    assert unseal([OLD, KEY], SEALED, CONTEXT) == SECRET


def test_sealed_texts_are_told_from_plain_ones() -> None:
    """A plain secret is never taken for a sealed one."""
    assert is_sealed(SEALED)
    assert not is_sealed(SECRET)


@pytest.mark.parametrize(
    ("text", "context", "why"),
    [
        (SEALED, "erp/2", "changed"),
        (SEALED[:-8] + "AAAAAAA=", CONTEXT, "changed"),
        (SEALED[:-1] + "?", CONTEXT, "changed"),
        (SEALED[:24], CONTEXT, "changed"),
        (seal(b"x" * 32, NONCE, SECRET, CONTEXT), CONTEXT, "another key"),
        (SECRET, CONTEXT, "not a sealed text"),
        ("sealed:v1:abc", CONTEXT, "not a sealed text"),
    ],
)
def test_what_does_not_open(text: str, context: str, why: str) -> None:
    """Another key, changed bytes or another place: it stays shut, and says which."""
    with pytest.raises(SealError, match=why) as caught:
        unseal([KEY, OLD], text, context)
    assert "geheim" not in str(caught.value)


def test_keys_and_nonces_have_their_length() -> None:
    """A short key is refused rather than padded."""
    with pytest.raises(SealError, match="key has 5 bytes"):
        seal(b"short", NONCE, SECRET, CONTEXT)
    with pytest.raises(SealError, match="nonce has 5 bytes"):
        seal(KEY, b"short", SECRET, CONTEXT)
    with pytest.raises(SealError, match="key has 5 bytes"):
        unseal([b"short"], SEALED, CONTEXT)


def test_every_byte_counts() -> None:
    """Whichever byte is changed, the text does not open."""
    head, _, encoded = SEALED.rpartition(":")
    raw = base64.b64decode(encoded)
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        text = f"{head}:{base64.b64encode(changed).decode()}"
        with pytest.raises(SealError):
            unseal([KEY], text, CONTEXT)
