"""ANSI X12 to a tree: interchanges, groups, and one item a transaction set.

Separators stand at fixed places of the ISA, which has always 106 characters. Counts and
control numbers of SE, GE and IEA are compared with what is there: a set that lost
a line on its way is not an order for less.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bus.intake.parsing.segments import (
    Elements,
    Loops,
    Segment,
    nested,
    numbered,
    text_of,
)
from bus.intake.parsing.tree import Limits, Parsed, TooMuchError, Tree, UnparsableError

_ISA_LENGTH = 106
_REPEATS_SINCE = "00402"


def parse_x12(body: bytes, limits: Limits, loops: Loops) -> Parsed:
    """Return the transaction sets of all interchanges in a file.

    Raises:
        UnparsableError: There is no ISA, its separators are none, or a segment
            stands where it cannot.
    """
    reading = _Reading(limits, loops)
    for segment in _segments(_text(body), limits):
        reading.take(segment)
    reading.close()
    return Parsed(
        {"interchanges": reading.interchanges}, reading.items, reading.remarks
    )


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _segments(text: str, limits: Limits) -> Iterator[Segment]:
    at = number = nodes = 0
    while (at := _next(text, at)) < len(text):
        isa = text[at : at + _ISA_LENGTH]
        separators = _separators(isa)
        terminator = separators.terminator
        end = text.find(f"{terminator}IEA{separators.element}", at)
        end = len(text) if end < 0 else text.find(terminator, end + 1)
        end = len(text) if end < 0 else end
        for raw in text[at:end].split(terminator):
            part = raw.strip("\r\n \t")
            if not part:
                continue
            number += 1
            segment = _segment(part, number, separators)
            nodes += 1 + len(segment.elements)
            if nodes > limits.nodes:
                raise TooMuchError(f"more than {limits.nodes:,} values")
            yield segment
        at = end + 1


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in "\r\n \t":
        at += 1
    return at


@dataclass(frozen=True, slots=True)
class _Separators:
    element: str
    component: str
    repetition: str
    terminator: str

    def part(self, text: str) -> bool:
        """Whether any value in it has parts, which few have."""
        repetition = self.repetition
        return self.component in text or bool(repetition and repetition in text)


def _separators(isa: str) -> _Separators:
    if not isa.startswith("ISA") or len(isa) < _ISA_LENGTH:
        raise UnparsableError("no X12: an ISA segment of 106 characters is expected")
    element, component, terminator = isa[3], isa[104], isa[105]
    fields = isa[:105].split(element)
    repeats = fields[11] if len(fields) > 12 else ""  # noqa: PLR2004 - ISA11, ISA12
    repetition = repeats if fields[12:13] >= [_REPEATS_SINCE] else ""
    found = {element, component, terminator}
    if len(fields) != 17 or len(found) < 3 or any(map(str.isalnum, found)):  # noqa: PLR2004
        raise UnparsableError("no X12: the separators in the ISA are none")
    return _Separators(
        element, component, "" if repetition.isalnum() else repetition, terminator
    )


def _segment(text: str, number: int, separators: _Separators) -> Segment:
    name, *values = text.split(separators.element)
    if not name.isalnum() or not 2 <= len(name) <= 3:  # noqa: PLR2004 - X12's names
        raise UnparsableError(f"segment {number} begins with {name[:20]!r}")
    if name == "ISA" or not separators.part(text):
        return Segment(name, numbered([value.strip() for value in values]), number)
    return Segment(name, numbered([_value(v, separators) for v in values]), number)


def _value(text: str, separators: _Separators) -> object:
    if separators.repetition and separators.repetition in text:
        return [_parts(one, separators) for one in text.split(separators.repetition)]
    return _parts(text, separators)


def _parts(text: str, separators: _Separators) -> object:
    if separators.component not in text:
        return text.strip()
    parts = text.split(separators.component)
    return {str(n): part.strip() for n, part in enumerate(parts, 1) if part.strip()}


@dataclass(slots=True)
class _Reading:
    """Takes segments in turn; knows which envelopes are open."""

    limits: Limits
    loops: Loops
    interchanges: list[Tree] = field(default_factory=list)
    items: list[Tree] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    isa: Elements | None = None
    group: Elements | None = None
    body: list[Segment] | None = None
    groups: int = 0
    sets: int = 0

    def take(self, segment: Segment) -> None:
        """Open or close an envelope, or add to the set that is open."""
        match segment.name:
            case "ISA":
                self.close()
                self.isa, self.groups = segment.elements, 0
                self.interchanges.append(segment.elements)
            case "GS":
                self.group, self.sets = segment.elements, 0
                self.groups += 1
            case "ST":
                self._end_set(None)
                self.body = [segment]
            case "SE":
                self._end_set(segment)
            case "GE":
                self._agree(segment, self.group, self.sets, "06", "transaction sets")
                self.group = None
            case "IEA":
                self._agree(segment, self.isa, self.groups, "13", "groups")
                self.isa = None
            case _ if self.body is not None:
                self.body.append(segment)
            case name:
                raise UnparsableError(f"{name} stands outside of a transaction set")

    def close(self) -> None:
        """Note what the file ends without."""
        self._end_set(None)
        if self.group is not None:
            self._remark("a group ends without its GE")
        if self.isa is not None:
            self._remark("an interchange ends without its IEA")
        self.group = self.isa = None

    def _end_set(self, end: Segment | None) -> None:
        if self.body is None:
            if end is not None:
                raise UnparsableError("an SE stands without its ST")
            return
        start, *rest = self.body
        self.body, self.sets = None, self.sets + 1
        if end is None:
            number = text_of(start.elements, "02")
            self._remark(f"transaction set {number} ends without its SE")
        else:
            self._agree(end, start.elements, len(rest) + 2, "02", "segments")
        envelope = {"ISA": self.isa or {}, "GS": self.group or {}, "ST": start.elements}
        self.items.append(nested(rest, self.loops) | envelope)
        if len(self.items) > self.limits.items:
            raise TooMuchError(f"more than {self.limits.items:,} transaction sets")

    def _agree(
        self, end: Segment, start: Elements | None, count: int, name: str, what: str
    ) -> None:
        """Compare a trailer's count and control number with what was there."""
        said = text_of(end.elements, "01")
        if not said.isdecimal() or int(said[:12]) != count:
            self._remark(f"{end.name} counts {said[:12]!r} {what}, there are {count}")
        begun = text_of(start or {}, name)
        if text_of(end.elements, "02").lstrip("0") != begun.lstrip("0"):
            self._remark(f"{end.name} has another control number than its beginning")

    def _remark(self, text: str) -> None:
        self.remarks.append(("control_mismatch", text))
