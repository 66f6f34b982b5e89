"""What kind of secret a verifier wants, and making and judging such ones."""

from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum

from bus.intake.verifying.fetched import FetchedKey
from bus.intake.verifying.hashed import Hmac, HmacOfFields
from bus.intake.verifying.plain import NotSigned
from bus.intake.verifying.public_keys import Jws, PublicKey
from bus.intake.verifying.verdict import Verifier

_BYTES = 32
_WHSEC = "whsec_"
_LEAST = 8


class Kind(StrEnum):
    """How a secret is written; `given`: by the sender alone, so that none is made."""

    TEXT = "text"
    HEX = "hex"
    BASE64 = "base64"
    WHSEC = "whsec"
    PUBLIC = "public"
    GIVEN = "given"
    NONE = "none"


def kind_of(verifier: Verifier) -> Kind:
    """What a verifier checks with."""
    match verifier:
        case Hmac() | HmacOfFields():
            return Kind(verifier.key)
        case Jws() | PublicKey():
            return Kind.PUBLIC
        case FetchedKey():
            return Kind.GIVEN if verifier.names_secret else Kind.NONE
        case NotSigned():
            return Kind.NONE
        case _:
            return Kind.TEXT


def made(kind: Kind, random_bytes: Callable[[int], bytes]) -> str:
    """A new secret of 256 random bits, as such ones are written."""
    key = random_bytes(_BYTES)
    match kind:
        case Kind.HEX:
            return key.hex().upper()
        case Kind.BASE64:
            return b64encode(key).decode()
        case Kind.WHSEC:
            return _WHSEC + b64encode(key).decode()
        case _:
            return urlsafe_b64encode(key).decode().rstrip("=")


def why_not(kind: Kind, text: str) -> str | None:
    """Why a text is no secret of this kind; None if it is one."""
    if kind is Kind.NONE:
        return "the channel signs nothing, and has no secret"
    if kind is Kind.PUBLIC:
        return "the channel signs with a private key; give its public one"
    if len(text) < _LEAST or text != text.strip():
        return f"expected {_LEAST} characters at least, no spaces around them"
    try:
        match kind:
            case Kind.HEX:
                bytes.fromhex(text)
            case Kind.BASE64:
                b64decode(text, validate=True)
            case Kind.WHSEC:
                b64decode(text.removeprefix(_WHSEC), validate=True)
            case _:
                pass
    except ValueError:
        return f"expected {_EXPECTED[kind]}"
    return None


def why_not_next(kind: Kind, text: str | None) -> str | None:
    """Why a text cannot be the next secret; None, the text: one is to be made."""
    if kind is Kind.PUBLIC:
        why = "its sender signs with a private key; give it the new public one"
        return f"{why}: bus sources update"
    if text is None:
        return "its sender gives it: --secret-file" if kind is Kind.GIVEN else None
    return why_not(kind, text)


_EXPECTED = {
    Kind.HEX: "hexadecimal digits, two a byte",
    Kind.BASE64: "base64",
    Kind.WHSEC: "whsec_ and base64",
}
