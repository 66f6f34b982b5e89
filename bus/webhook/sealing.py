"""Secrets at rest: AES-256-GCM under a key from outside.

A sealed text is `sealed:v1:<key id>:<base64 of nonce and ciphertext>`. The context it
was sealed for (whose secret it is) is authenticated, so that a sealed text moved to
another place does not open.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bus.errors import SealError

_PREFIX = "sealed:v1:"
_KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(key: bytes, nonce: bytes, plaintext: str, context: str) -> str:
    """Seal a secret for a context, `<subscription>/<secret id>`.

    `key` is 32 bytes; `nonce` 12 random ones that were never used with it before.

    Raises:
        SealError: the key or nonce has another length.
    """
    _check_key(key)
    if len(nonce) != _NONCE_BYTES:
        raise SealError(f"the nonce has {len(nonce)} bytes, not {_NONCE_BYTES}")
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), context.encode())
    return f"{_PREFIX}{key_id(key)}:{b64encode(nonce + sealed).decode('ascii')}"


def unseal(keys: Sequence[bytes], text: str, context: str) -> str:
    """Open a sealed secret with the one of `keys` it was sealed under.

    Raises:
        SealError: not sealed, none of the keys fits, or text or context changed.
    """
    wanted, separator, encoded = text.removeprefix(_PREFIX).partition(":")
    if not is_sealed(text) or not separator:
        raise SealError(f"{context}: not a sealed text")
    for key in keys:
        _check_key(key)
        if key_id(key) == wanted:
            return _open(key, encoded, context)
    raise SealError(f"{context}: sealed under another key than those given")


def _open(key: bytes, encoded: str, context: str) -> str:
    try:
        raw = b64decode(encoded, validate=True)
        opened = AESGCM(key).decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()
        )
    except (InvalidTag, ValueError):
        raise SealError(f"{context}: the sealed text or its context changed") from None
    return opened.decode()


def is_sealed(text: str) -> bool:
    """Say if a text looks like one that `seal` made."""
    return text.startswith(_PREFIX)


def key_id(key: bytes) -> str:
    """Return the public name of a key: the first 8 hex digits of its SHA-256."""
    return sha256(key).hexdigest()[:8]


def _check_key(key: bytes) -> None:
    if len(key) != _KEY_BYTES:
        raise SealError(f"the key has {len(key)} bytes, not {_KEY_BYTES}")
