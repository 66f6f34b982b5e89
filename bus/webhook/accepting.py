"""Accept headers (RFC 9110, 12.5.1): which of some media types is wanted most."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110's word for a word
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARAMETERS = rf"(?:\s*;(?:\s*{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))?)*"
_RANGE = re.compile(rf"\s*({_TOKEN})/({_TOKEN})({_PARAMETERS})\s*")
_PARAMETER = re.compile(rf"({_TOKEN})=({_TOKEN}|{_QUOTED})")
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED}|")+')
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class MediaRange(NamedTuple):
    """One element of an Accept header. Names are in small letters."""

    kind: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    weight: float

    def specificity(self, offered: str) -> int:
        """How narrowly it covers a media type; 0 if not at all."""
        kind, _, subtype = offered.partition("/")
        if any(p != ("charset", "utf-8") for p in self.parameters):
            return 0
        match self.kind == kind, self.subtype == subtype:
            case True, True:
                return 3 + len(self.parameters)
            case True, False if self.subtype == "*":
                return 2
            case False, False if self.kind == self.subtype == "*":
                return 1
            case _:
                return 0


def elements(accept: str) -> Iterator[str]:
    """The elements of a header, not read yet."""
    return (part for part in _ELEMENT.findall(accept) if part.strip())


def read_range(text: str) -> MediaRange:
    """Read one element.

    Raises:
        ValueError: it is no media range; says why.
    """
    found = _RANGE.fullmatch(text)
    if found is None or (found[1] == "*" and found[2] != "*"):
        raise ValueError(f"{text.strip()[:80]!r} is no media range")
    weight = 1.0
    parameters: list[tuple[str, str]] = []
    for name, value in _PARAMETER.findall(found[3]):
        if name.lower() == "q":
            if not _WEIGHT.fullmatch(value):
                raise ValueError(f"q={value[:20]} is no weight; expected 0 to 1")
            weight = float(value)
            break  # what follows the weight was never a media type parameter
        parameters.append((name.lower(), value.strip('"').lower()))
    return MediaRange(found[1].lower(), found[2].lower(), tuple(parameters), weight)


def most_wanted(ranges: Sequence[MediaRange], offered: Sequence[str]) -> str | None:
    """The media type that is wanted most; of equal ones the first; None: none is.

    The most specific range that covers a media type gives its weight.
    """
    weights = {one: _weight(ranges, one) for one in offered}
    best = max(offered, key=weights.__getitem__)
    return best if weights[best] > 0 else None


def _weight(ranges: Sequence[MediaRange], offered: str) -> float:
    covering = [(r.specificity(offered), r.weight) for r in ranges]
    return max((c for c in covering if c[0]), default=(0, 0.0))[1]
