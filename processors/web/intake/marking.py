"""Payloads with what was found in them marked: the event's fields, the text as sent."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

MOST_SHOWN = 8_000
_SHORTEST = 2


class Piece(NamedTuple):
    """A piece of text; `found` says what is wrong there, empty: nothing."""

    text: str
    found: str = ""


def lined(payload: object, found: Mapping[str, str]) -> Sequence[Piece]:
    """A payload as JSON, a piece a line; `found` has what is wrong by path."""
    return [*_lines(payload, "", "", "", found)]


def _lines(
    value: object, path: str, head: str, tail: str, found: Mapping[str, str]
) -> Iterator[Piece]:
    """The lines of a value; `head` stands before it, its indent included."""
    why = found.get(path, "") if path else ""
    indent = head[: len(head) - len(head.lstrip())]
    if isinstance(value, Mapping) and value:
        yield Piece(f"{head}{{\n", why)
        yield from _members(value, path, indent, found)
        yield Piece(f"{indent}}}{tail}\n")
    elif isinstance(value, list) and value:
        yield Piece(f"{head}[\n", why)
        for at, one in enumerate(value):
            comma = "," if at + 1 < len(value) else ""
            yield from _lines(one, f"{path}[{at}]", f"{indent}  ", comma, found)
        yield Piece(f"{indent}]{tail}\n")
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
        yield Piece(f"{head}{text}{tail}\n", why)


def _members(
    value: Mapping[str, object], path: str, indent: str, found: Mapping[str, str]
) -> Iterator[Piece]:
    for at, (name, one) in enumerate(value.items()):
        comma = "," if at + 1 < len(value) else ""
        inner = f"{path}.{name}" if path else str(name)
        head = f"{indent}  {json.dumps(str(name), ensure_ascii=False)}: "
        yield from _lines(one, inner, head, comma, found)


def pieces(text: str, values: Collection[str]) -> Sequence[Piece]:
    """A text, with what was found in it marked wherever it stands."""
    words = sorted({one for one in values if len(one) >= _SHORTEST}, key=len)[::-1]
    if not words:
        return [Piece(text)]
    parts = re.split(f"({'|'.join(map(re.escape, words))})", text)
    return [
        Piece(part, "found" if at % 2 else "") for at, part in enumerate(parts) if part
    ]
