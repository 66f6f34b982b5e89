"""Tokens: `ob_<role>_<id>_<secret><checksum>`.

The secret is 256 random bits, 43 digits to the base 62; the checksum six more, the
CRC-32 of all before it. So a double click selects the whole token, a scanner for leaked
secrets finds it by `TOKEN_PATTERN`, and a mistyped one is told without a look-up.
"""

import re
from base64 import b32encode
from contextlib import suppress
from dataclasses import dataclass, field, replace
from zlib import crc32

from bus.access.roles import Role
from bus.errors import NotAuthenticatedError

SECRET_BYTES = 32
ID_BYTES = 10
_SECRET_DIGITS = 43
_CHECK_DIGITS = 6
_KEY, _LINK = "ob_", "obl_"
_ID_CHARS = 10
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

ID_PATTERN = r"[a-z2-7]{10}"
"""What the id of a key looks like."""
TOKEN_PATTERN = (
    rf"ob_(?:{'|'.join(Role)})_{ID_PATTERN}"
    rf"_[0-9A-Za-z]{{{_SECRET_DIGITS + _CHECK_DIGITS}}}"
)
"""What a token looks like: for secret scanners."""
_TOKEN = re.compile(TOKEN_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart. `text` is what it was written as; never shown."""

    role: Role
    id: str
    text: str = field(repr=False)


def new_id(random_bytes: bytes) -> str:
    """Return the id of a new key, of `ID_BYTES` from a secure source."""
    return b32encode(random_bytes).decode("ascii")[-_ID_CHARS:].lower()


def new_token(role: Role, key_id: str, random_bytes: bytes) -> Token:
    """Return a new token, of `SECRET_BYTES` from a secure source."""
    secret = _base62(int.from_bytes(random_bytes, "big"), _SECRET_DIGITS)
    text = f"ob_{role.value}_{key_id}_{secret}"
    return parse_token(text + _checksum(text))


def new_link(role: Role, key_id: str, random_bytes: bytes) -> Token:
    """Return the token of a new sign-in link: no key of the API, nor part of one."""
    token = new_token(role, key_id, random_bytes)
    return replace(token, text=_LINK + token.text.removeprefix(_KEY))


def parse_link(text: str) -> Token:
    """Take the token of a sign-in link apart.

    Raises:
        NotAuthenticatedError: it is none, or cut off; never repeating it.
    """
    if text.startswith(_LINK):
        with suppress(NotAuthenticatedError):
            token = parse_token(_KEY + text.removeprefix(_LINK))
            return replace(token, text=text)
    raise NotAuthenticatedError(
        "this is no sign-in link of this bus, or it was cut off; ask for another one"
    )


def parse_token(text: str) -> Token:
    """Take a token apart.

    Raises:
        NotAuthenticatedError: it is none, or mistyped; never repeating it.
    """
    if not _TOKEN.fullmatch(text):
        raise NotAuthenticatedError(
            "this is no key of this bus; they look like ob_<role>_<id>_<secret>"
        )
    if _checksum(text[:-_CHECK_DIGITS]) != text[-_CHECK_DIGITS:]:
        raise NotAuthenticatedError(
            "the key is mistyped or cut off: its last 6 characters, a checksum, do"
            " not fit the rest"
        )
    _, role, key_id, _ = text.split("_")
    return Token(Role(role), key_id, text)


def _checksum(text: str) -> str:
    return _base62(crc32(text.encode("ascii")), _CHECK_DIGITS)


def _base62(number: int, digits: int) -> str:
    found: list[str] = []
    for _ in range(digits):
        number, digit = divmod(number, len(_DIGITS))
        found.append(_DIGITS[digit])
    return "".join(reversed(found))
