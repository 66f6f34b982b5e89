"""Items of a JSON list as they stand there, byte for byte.

An item that is read and written again may have other digits: of a price, of an id.
"""

import json
import re
from collections.abc import Iterator, Sequence

from bus.intake.parsing.tree import UnparsableError

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def slices(body: bytes, names: Sequence[str]) -> list[bytes]:
    """The items of the list that these names lead to.

    Raises:
        UnparsableError: The body is no JSON, or there is no list.
    """
    try:
        text = body.decode()
        json.loads(text)  # what is broken anywhere is not read in part
        at = _space(text, 0)
        for name in names:
            at = _value_of(text, at, name)
        return [text[begin:end].encode() for begin, end in _elements(text, at)]
    except (ValueError, IndexError, RecursionError):
        where = ".".join(names) or "the document"
        raise UnparsableError(f"{where} is no list of JSON") from None


def field_of(item: bytes, names: Sequence[str]) -> str:
    """The text that these names lead to; empty if there is none."""
    try:
        value: object = json.loads(item)
    except (ValueError, RecursionError):
        return ""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _value_of(text: str, at: int, name: str) -> int:
    """Where the value of an object's member begins; raises ValueError."""
    for key, begin in _members(text, at):
        if key == name:
            return begin
    raise ValueError(name)


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    at = _after(text, at, "{")
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _after(text, _space(text, at), ":")
        yield str(key), at
        _, at = _DECODER.raw_decode(text, at)
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    at = _after(text, at, "[")
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _space(text, end)
        if text[at] == ",":
            at = _space(text, at + 1)


def _after(text: str, at: int, sign: str) -> int:
    if text[at] != sign:
        raise ValueError(sign)
    return _space(text, at + 1)


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
