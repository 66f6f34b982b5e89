"""Public keys as senders give them out: PEM, or a set of JSON Web Keys (RFC 7517).

Saleor, for one, publishes the latter at `/.well-known/jwks.json`. Each becomes PEM.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError
from bus.intake.verifying.public_keys import loaded

_CURVES: Mapping[str, Callable[[], ec.EllipticCurve]] = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
}
_PUBLIC = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
_NOT_PUBLIC = "this is a private key; the public one is wanted"
_KEYS = rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey


class KeyTextError(ValueError):
    """It is no public key; says why."""


def pems_of(text: str) -> tuple[str, ...]:
    """The keys of a text, each in PEM; of a set those that are meant for signatures.

    Raises:
        KeyTextError: there is none, or one that cannot be read.
    """
    if text.lstrip().startswith("{"):
        return _of_set(text)
    if "PRIVATE KEY" in text:
        raise KeyTextError(_NOT_PUBLIC)
    if "-----BEGIN" not in text:
        raise KeyTextError("expected PEM (-----BEGIN …) or a set of JSON Web Keys")
    pem = text.strip() + "\n"
    try:
        key = loaded(pem)
    except (ValueError, UnsupportedAlgorithm):
        why = "PEM that cannot be read; expected a public key or a certificate"
        raise KeyTextError(why) from None
    if not isinstance(key, _KEYS):
        raise KeyTextError("expected a key of RSA, ECDSA or ed25519")
    return (pem,)


def _of_set(text: str) -> tuple[str, ...]:
    try:
        told = read_json(text.encode())
    except DecodeError as error:
        raise KeyTextError(str(error)) from None
    keys = told.get("keys", [told]) if isinstance(told, dict) else []
    if not isinstance(keys, list) or not keys:
        raise KeyTextError("expected a set of JSON Web Keys: keys, a list of them")
    pems = [pem for place, key in enumerate(keys, 1) if (pem := _pem(place, key))]
    if not pems:
        why = "expected a key for signatures: RSA, EC, or OKP with Ed25519"
        raise KeyTextError(f"none of its keys can be used; {why}")
    return tuple(pems)


def _pem(place: int, key: object) -> str | None:
    """None for a key of another kind or use: such are passed over (section 5)."""
    if not isinstance(key, dict):
        raise KeyTextError(f"key {place}: expected an object")
    if "d" in key or "k" in key:
        raise KeyTextError(f"key {place}: {_NOT_PUBLIC}")
    try:
        made = _made(key) if key.get("use", "sig") == "sig" else None
    except KeyError as error:
        raise KeyTextError(f"key {place}: has no {error.args[0]}") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyTextError(f"key {place}: cannot be read: {error}") from None
    if made is None:
        return None
    pem = made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def _made(key: Mapping[str, object]) -> _PUBLIC | None:
    kind = key.get("kty"), key.get("crv")
    match kind:
        case "RSA", _:
            e, n = _number(key, "e"), _number(key, "n")
            return rsa.RSAPublicNumbers(e, n).public_key()
        case "EC", str(crv) if crv in _CURVES:
            x, y = _number(key, "x"), _number(key, "y")
            return ec.EllipticCurvePublicNumbers(x, y, _CURVES[crv]()).public_key()
        case "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(key, "x"))
        case _:
            return None


def _number(key: Mapping[str, object], name: str) -> int:
    return int.from_bytes(_bytes(key, name))


def _bytes(key: Mapping[str, object], name: str) -> bytes:
    text = str(key[name])
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
