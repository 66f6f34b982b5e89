"""Where a page of a list begins: opaque to whoever gets it, bound to its question."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import NamedTuple, TypeAlias, cast

from bus.errors import BadCursorError
from bus.log.cleaning import storable

Part: TypeAlias = int | str
Sorted: TypeAlias = tuple[Part, ...]
"""What a list is sorted by, of one row."""

_VERSION = 1
_MOST_CHARS = 2_000
_MOST = 2**63


class Cursor(NamedTuple):
    """The rows after a key in the order of the list, or those before it."""

    key: Sorted
    before: bool = False


def written(cursor: Cursor, question: object) -> str:
    """Return a cursor as text, for this question only."""
    said = [_VERSION, _mark(question), int(cursor.before), *cursor.key]
    text = json.dumps(said, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str, question: object, like: Sequence[type]) -> Cursor | None:
    """Return the cursor; None for the empty text, where a list begins.

    `like` are the types of the key's parts.

    Raises:
        BadCursorError: it was not given out by this version for this question.
    """
    if not text:
        return None
    match _parts(text):
        case [version, mark, 0 | 1 as before, *key] if (
            version == _VERSION
            and mark == _mark(question)
            and [type(part) for part in key] == list(like)
            and all(map(_is_sound, key))
        ):
            return Cursor(tuple(cast("list[Part]", key)), bool(before))
        case _:
            why = "this cursor belongs to no such list; begin without one"
            raise BadCursorError(why)


def _is_sound(part: object) -> bool:
    """Whether a row can have it: whoever asks may have written the cursor himself."""
    if isinstance(part, int):
        return abs(part) < _MOST
    return isinstance(part, str) and storable(part) == part


def _parts(text: str) -> object:
    if len(text) > _MOST_CHARS or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return cast("object", json.loads(raw))
    except (NoBase64, ValueError, RecursionError):
        return None


def _mark(question: object) -> str:
    """A few characters that tell questions apart, whatever order sets have."""
    said = f"{type(question).__name__}{_plain(question)}"
    return blake2b(said.encode(errors="surrogatepass"), digest_size=9).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, frozenset):
        return sorted(repr(one) for one in value)
    return value
