"""UN/EDIFACT to a tree: interchanges, and one item a message (ISO 9735).

Separators come from the UNA, or are the usual ones; the release character takes away
the meaning of what follows it. The character set is the one that the UNB names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from bus.intake.parsing.segments import (
    Elements,
    Loops,
    Segment,
    nested,
    numbered,
    text_of,
)
from bus.intake.parsing.tree import Limits, Parsed, TooMuchError, Tree, UnparsableError

_CHARACTER_SETS = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso-8859-1",
    "UNOD": "iso-8859-2",
    "UNOE": "iso-8859-5",
    "UNOF": "iso-8859-7",
    "UNOG": "iso-8859-3",
    "UNOH": "iso-8859-4",
    "UNOI": "iso-8859-6",
    "UNOJ": "iso-8859-8",
    "UNOK": "iso-8859-9",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
}
_UNA_LENGTH = 9


@dataclass(frozen=True, slots=True)
class _Separators:
    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    terminator: str = "'"


def parse_edifact(body: bytes, limits: Limits, loops: Loops) -> Parsed:
    """Return the messages of all interchanges in a file.

    Raises:
        UnparsableError: No UNB, bytes that are not of its character set, or a segment
            that stands where it cannot.
    """
    text, separators = _text(body)
    reading = _Reading(limits, loops, separators)
    nodes = 0
    for segment in _segments(text, separators):
        nodes += 1 + len(segment.elements)
        if nodes > limits.nodes:
            raise TooMuchError(f"more than {limits.nodes:,} values")
        reading.take(segment)
    reading.close()
    return Parsed(
        {"interchanges": reading.interchanges}, reading.items, reading.remarks
    )


def _text(body: bytes) -> tuple[str, _Separators]:
    """The text without the UNA, and the separators."""
    head = body.lstrip(b"\xef\xbb\xbf\r\n\t ")
    separators = _Separators()
    if head.startswith(b"UNA"):
        una = head[:_UNA_LENGTH].decode("latin-1")
        if len(una) < _UNA_LENGTH:
            raise UnparsableError("no EDIFACT: the UNA is cut off")
        if len(set(una[3:6] + una[6] + una[8])) < 5:  # noqa: PLR2004 - of the five
            raise UnparsableError("no EDIFACT: the separators in the UNA are none")
        separators = _Separators(una[3], una[4], una[5], una[6], una[8])
        head = head[_UNA_LENGTH:].lstrip(b"\r\n\t ")
    if not head.startswith(b"UNB"):
        raise UnparsableError("no EDIFACT: a UNB segment is expected")
    name = head[4:8].decode("latin-1")
    encoding = _CHARACTER_SETS.get(name)
    if encoding is None:
        raise UnparsableError(f"the character set {name!r} is not read")
    try:
        return head.decode(encoding), separators
    except UnicodeDecodeError as error:
        raise UnparsableError(f"byte {error.start + 1} is not of {name}") from None


def _segments(text: str, separators: _Separators) -> Iterator[Segment]:
    for number, raw in enumerate(_split(text, separators.terminator, separators), 1):
        part = raw.strip("\r\n\t ")
        if not part:
            continue
        name, *elements = _split(part, separators.element, separators)
        code = _split(name, separators.component, separators)[0]
        if len(code) != 3 or not code.isalnum():  # noqa: PLR2004 - EDIFACT's names
            raise UnparsableError(f"segment {number} begins with {code[:20]!r}")
        yield Segment(code, numbered(_parts(e, separators) for e in elements), number)


def _parts(text: str, separators: _Separators) -> object:
    parts = [
        _released(part, separators.release)
        for part in _split(text, separators.component, separators)
    ]
    if len(parts) == 1:
        return parts[0]
    return {str(n): part for n, part in enumerate(parts, 1) if part}


def _split(text: str, separator: str, separators: _Separators) -> list[str]:
    """Split where the separator has its meaning."""
    if separators.release not in text:
        return text.split(separator)
    return _between(separator, separators.release).findall(text + separator)


@cache
def _between(separator: str, release: str) -> re.Pattern[str]:
    sep, rel = re.escape(separator), re.escape(release)
    return re.compile(rf"((?:[^{sep}{rel}]|{rel}.)*){sep}", re.DOTALL)


def _released(text: str, release: str) -> str:
    if release not in text:
        return text
    return re.sub(rf"{re.escape(release)}(.)", r"\1", text, flags=re.DOTALL)


@dataclass(slots=True)
class _Reading:
    """Takes segments in turn; knows which envelopes are open."""

    limits: Limits
    loops: Loops
    separators: _Separators
    interchanges: list[Tree] = field(default_factory=list)
    items: list[Tree] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    interchange: Elements | None = None
    group: Elements = field(default_factory=dict)
    body: list[Segment] | None = None
    messages: int = 0
    groups: int = 0

    def take(self, segment: Segment) -> None:
        """Open or close an envelope, or add to the message that is open."""
        match segment.name:
            case "UNB":
                self.close()
                self.interchange = segment.elements
                self.messages = self.groups = 0
                self.interchanges.append(segment.elements)
            case "UNG":
                self.group, self.groups = segment.elements, self.groups + 1
            case "UNE":
                self.group = {}
            case "UNH":
                self._end_message(None)
                self.body = [segment]
            case "UNT":
                self._end_message(segment)
            case "UNZ":
                count = self.groups or self.messages
                self._agree(segment, self.interchange, count, "05")
                self.interchange = None
            case _ if self.body is not None:
                self.body.append(segment)
            case name:
                raise UnparsableError(f"{name} stands outside of a message")

    def close(self) -> None:
        """Note what the file ends without."""
        self._end_message(None)
        if self.interchange is not None:
            self._remark("an interchange ends without its UNZ")
        self.interchange = None

    def _end_message(self, end: Segment | None) -> None:
        if self.body is None:
            if end is not None:
                raise UnparsableError("a UNT stands without its UNH")
            return
        start, *rest = self.body
        self.body, self.messages = None, self.messages + 1
        if end is None:
            self._remark(f"message {text_of(start.elements, '01')} has no UNT")
        else:
            self._agree(end, start.elements, len(rest) + 2, "01")
        envelope: Elements = {
            "UNB": self.interchange or {},
            "UNG": self.group,
            "UNH": start.elements,
            "UNA": {"decimal": self.separators.decimal},
        }
        self.items.append(nested(rest, self.loops) | envelope)
        if len(self.items) > self.limits.items:
            raise TooMuchError(f"more than {self.limits.items:,} messages")

    def _agree(
        self, end: Segment, start: Elements | None, count: int, name: str
    ) -> None:
        """Compare a trailer's count and reference with what was there."""
        said = text_of(end.elements, "01")
        if not said.isdecimal() or int(said[:12]) != count:
            self._remark(f"{end.name} counts {said[:12]!r}, there are {count}")
        if text_of(end.elements, "02") != text_of(start or {}, name):
            self._remark(f"{end.name} has another reference than its beginning")

    def _remark(self, text: str) -> None:
        self.remarks.append(("control_mismatch", text))
