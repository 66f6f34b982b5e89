"""Signatures of webhooks: Standard Webhooks 1.0.0.

`v1` is HMAC-SHA256 under a shared secret (`whsec_…`), `v1a` ed25519 under the bus's
private key (`whsk_…`), checked with its public one (`whpk_…`). Both sign
`id.timestamp.body`.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple, Self, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from typing_extensions import override

from bus.delivery.subscription import Secret
from bus.errors import InvalidSubscriptionError

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix is public
PRIVATE_PREFIX = "whsk_"
PUBLIC_PREFIX = "whpk_"
_SECRET_BYTES = range(24, 65)
_BLOCK_BYTES = 64
_SEED_BYTES = range(32, 33)
_PRIVATE_BYTES = (32, 64)

_Sign: TypeAlias = Callable[[bytes], str]


class _Live(NamedTuple):
    sign: _Sign
    expires_at_s: float


class Signer:
    """Signs for one subscription with every secret that is live.

    `until_s` is the epoch second from which no secret is; infinity if one stays.

    Args:
        secrets: Scheme (`v1`, `v1a`), secret text, and the epoch second from which
            it no longer signs (None: never).

    Raises:
        InvalidSubscriptionError: for `secrets`, never repeating one.
    """

    __slots__ = ("_secrets", "until_s")

    def __init__(self, secrets: Sequence[tuple[str, str, float | None]]) -> None:
        self._secrets = tuple(
            _Live(_signing(scheme, text), float("inf") if expires is None else expires)
            for scheme, text, expires in secrets
        )
        ends = (secret.expires_at_s for secret in self._secrets)
        self.until_s = max(ends, default=float("-inf"))

    @classmethod
    def of(cls, secrets: Iterable[Secret]) -> Self:
        """Return the signer of a subscription's secrets."""
        return cls(
            [
                (s.scheme, s.value, s.expires_at.timestamp() if s.expires_at else None)
                for s in secrets
            ]
        )

    @override
    def __repr__(self) -> str:
        """Say how many secrets there are, never which."""
        return f"Signer({len(self._secrets)} secrets)"

    def sign(self, message_id: str, timestamp_s: int, body: bytes) -> str:
        """Return the `webhook-signature` header.

        Raises:
            InvalidSubscriptionError: no secret is live at this time, see `until_s`.
        """
        if timestamp_s >= self.until_s:
            raise InvalidSubscriptionError("secrets", "none of them is live")
        content = b"%b.%d.%b" % (message_id.encode(), timestamp_s, body)
        return " ".join(
            [s.sign(content) for s in self._secrets if timestamp_s < s.expires_at_s]
        )


def _signing(scheme: str, text: str) -> _Sign:
    match scheme:
        case "v1":
            return _hmac_sha256(_decoded(text, SECRET_PREFIX, _SECRET_BYTES))
        case "v1a":
            return _ed25519(_seed(text))
        case _:
            raise InvalidSubscriptionError("secrets", "expected scheme v1 or v1a")


def _hmac_sha256(key: bytes) -> _Sign:
    """RFC 2104, the key mixed in once: twice as fast as `hmac` a signature."""
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def sign(content: bytes) -> str:
        first = inner.copy()
        first.update(content)
        second = outer.copy()
        second.update(first.digest())
        return "v1," + b2a_base64(second.digest(), newline=False).decode("ascii")

    return sign


def _ed25519(seed: bytes) -> _Sign:
    private = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(content: bytes) -> str:
        return "v1a," + b64encode(private.sign(content)).decode("ascii")

    return sign


def verify(  # noqa: PLR0913, PLR0917 - a signature covers this much
    header: str,
    message_id: str,
    timestamp_s: int,
    body: bytes,
    secrets: Sequence[str],
    now_s: float,
    tolerance_s: float = 300,
) -> bool:
    """Say if one of the signatures is by one of the secrets, and not too old or new.

    `secrets` may be `whsec_`, `whsk_` and `whpk_` texts. Takes the same time wherever
    a signature differs.

    Raises:
        InvalidSubscriptionError: for a secret that is none.
    """
    content = b"%b.%d.%b" % (message_id.encode(), timestamp_s, body)
    given = [part.partition(",") for part in header.split(" ")]
    valid = False
    for secret in secrets:
        check = _checking(secret, content)
        for version, _, signature in given:
            valid |= check(version, signature)
    return valid and abs(now_s - timestamp_s) <= tolerance_s


def _checking(secret: str, content: bytes) -> Callable[[str, str], bool]:
    if secret.startswith(SECRET_PREFIX):
        sign = _hmac_sha256(_decoded(secret, SECRET_PREFIX, _SECRET_BYTES))
        expected = sign(content).encode()

        def check_hmac(version: str, signature: str) -> bool:
            return hmac.compare_digest(expected, f"{version},{signature}".encode())

        return check_hmac
    text = public_key(secret) if secret.startswith(PRIVATE_PREFIX) else secret
    public = Ed25519PublicKey.from_public_bytes(
        _decoded(text, PUBLIC_PREFIX, _SEED_BYTES)
    )

    def check_ed25519(version: str, signature: str) -> bool:
        try:
            public.verify(b64decode(signature, validate=True), content)
        except (InvalidSignature, ValueError):
            return False
        return version == "v1a"

    return check_ed25519


def generate_secret(random_bytes: bytes, scheme: str = "v1") -> str:
    """Return the text of a new secret.

    Args:
        random_bytes: 24 to 64 of them for `v1`, 32 for `v1a`, from a secure source.
        scheme: `v1` or `v1a`.
    """
    prefix = PRIVATE_PREFIX if scheme == "v1a" else SECRET_PREFIX
    text = prefix + b64encode(random_bytes).decode("ascii")
    _signing(scheme, text)
    return text


def public_key(whsk: str) -> str:
    """Return the public key (`whpk_…`) of a private one, to be given to a partner."""
    private = Ed25519PrivateKey.from_private_bytes(_seed(whsk))
    public = private.public_key().public_bytes_raw()
    return PUBLIC_PREFIX + b64encode(public).decode("ascii")


def _seed(whsk: str) -> bytes:
    """The seed of a private key: alone, or with its public key behind it.

    The standard's keys have 64 bytes, as NaCl and libsodium keep them.
    """
    key = _decoded(whsk, PRIVATE_PREFIX, _PRIVATE_BYTES)
    seed, public = key[:32], key[32:]
    private = Ed25519PrivateKey.from_private_bytes(seed)
    if public and private.public_key().public_bytes_raw() != public:
        raise InvalidSubscriptionError(
            "secrets",
            "the halves of the whsk_ key are not of one key pair",
        )
    return seed


def _decoded(text: str, prefix: str, lengths: Sequence[int]) -> bytes:
    between = "or" if lengths is _PRIVATE_BYTES else "to"
    wanted = f"{lengths[0]} {between} {lengths[-1]}"
    if len(lengths) == 1:
        wanted = f"{lengths[0]}"
    expected = f"expected {prefix} and {wanted} bytes in base64"
    if not text.startswith(prefix):
        raise InvalidSubscriptionError("secrets", expected)
    encoded = text.removeprefix(prefix)
    try:
        decoded = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise InvalidSubscriptionError("secrets", f"{expected}; not base64") from None
    if len(decoded) not in lengths:
        raise InvalidSubscriptionError("secrets", f"{expected}, not {len(decoded)}")
    return decoded
