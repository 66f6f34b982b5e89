"""Pages of lists: cursors name the row they stand at, or the offsets they go on below.

A cursor is base64url of its version, the direction, the row's key and a digest of the
list and its filters, so that one of another list is refused, never misread.
"""

import base64
import binascii
import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import orjson

from processors.gateway.problems import BAD_CURSOR, ProblemError

_VERSION = 1
_PARTS = 4
_PLACES = re.compile(r"[0-9a-f]{1,15}(,[0-9a-f]{1,15})*", re.ASCII)
RowT = TypeVar("RowT")


def cut(
    rows: Sequence[RowT],
    key: Callable[[RowT], str],
    *,
    limit: int,
    cursor: str,
    about: str,
) -> tuple[Sequence[RowT], str | None, str | None]:
    """The rows of a page, and the cursors of the next and the previous one.

    `rows` are sorted by `key`; `about` names the list and its filters.

    Raises:
        ProblemError: the cursor is none of this list.
    """
    keys = [key(row) for row in rows]
    first, end = 0, min(limit, len(rows))
    if cursor:
        backwards, at = _read(cursor, about)
        if backwards:
            end = bisect_left(keys, at)
            first = max(0, end - limit)
        else:
            first = bisect_right(keys, at)
            end = min(first + limit, len(rows))
    shown = rows[first:end]
    after = _write(about, keys[end - 1]) if shown and end < len(rows) else None
    before = _write(about, keys[first], backwards=True) if shown and first else None
    return shown, after, before


def places_cursor(about: str, places: Mapping[int, int]) -> str:
    """The cursor of a list that goes on below these offsets of a topic."""
    count = max(places, default=-1) + 1
    offsets = ",".join(f"{places.get(p, 0):x}" for p in range(count))
    return _write(about, offsets)


def places_in(cursor: str, about: str) -> Mapping[int, int] | None:
    """The offsets that a cursor names, by partition; None: from the end on.

    Raises:
        ProblemError: the cursor is none of this list.
    """
    if not cursor:
        return None
    backwards, at = _read(cursor, about)
    if backwards or not _PLACES.fullmatch(at):
        raise ProblemError(BAD_CURSOR)
    return {p: int(text, 16) for p, text in enumerate(at.split(","))}


def _write(about: str, at: str, *, backwards: bool = False) -> str:
    parts = orjson.dumps([_VERSION, backwards, at, _digest(about)])
    return base64.urlsafe_b64encode(parts).rstrip(b"=").decode()


def _read(cursor: str, about: str) -> tuple[bool, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts: object = orjson.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        raise ProblemError(BAD_CURSOR) from None
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise ProblemError(BAD_CURSOR)
    version, backwards, at, digest = parts
    if version != _VERSION or digest != _digest(about) or not isinstance(at, str):
        raise ProblemError(BAD_CURSOR)
    return bool(backwards), at


def _digest(about: str) -> str:
    return hashlib.sha256(about.encode()).hexdigest()[:12]
