"""The envelopes of an answer in X12: sender and receiver exchanged, in their signs."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from bus.intake.parsing.segments import Elements, text_of

_NUMBERS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Signs:
    """The separators that a sender chose."""

    element: str
    component: str
    terminator: str

    def plain(self, text: str) -> str:
        """A text without separators, and without what cannot be printed."""
        reserved = (self.element, self.component, self.terminator, "^")
        kept = (
            sign if sign.isprintable() and sign not in reserved else " "
            for sign in text
        )
        return " ".join("".join(kept).split())

    def whole(self, elements: Elements, name: str) -> str:
        """An element as it came, with its components if it has some."""
        value = elements.get(name, "")
        if not isinstance(value, dict):
            return self.plain(value) if isinstance(value, str) else ""
        parts = cast("Mapping[str, object]", value)
        last = max((int(part) for part in parts), default=0)
        texts = (str(parts.get(str(n), "")) for n in range(1, last + 1))
        return self.component.join(map(self.plain, texts))

    def written(self, lines: Iterable[Sequence[str]]) -> bytes:
        """Segments, one a line; trailing empty elements are left out."""
        texts = [
            self.element.join(line).rstrip(self.element) + self.terminator
            for line in lines
        ]
        return "\n".join([*texts, ""]).encode("latin-1", errors="replace")


def signs_of(body: bytes) -> Signs:
    """The separators of a file that was parsed, so it has an ISA."""
    text = body.removeprefix(BOM_UTF8).decode("latin-1").lstrip("\r\n\t ")
    return Signs(text[3], text[104], text[105])


def control_number(number: int) -> str:
    """A number of an interchange, nine digits."""
    return f"{number % _NUMBERS:09}"


def answering_isa(isa: Elements, now: datetime, number: str, signs: Signs) -> list[str]:
    """The ISA that answers this one."""
    return [
        *("ISA", "00", " " * 10, "00", " " * 10),
        *_party(isa, "07", "08"),
        *_party(isa, "05", "06"),
        f"{now:%y%m%d}",
        f"{now:%H%M}",
        text_of(isa, "11") or "U",
        text_of(isa, "12") or "00401",
        number,
        "0",
        text_of(isa, "15") or "P",
        signs.component,
    ]


def answering_gs(group: Elements, kind: str, now: datetime, number: str) -> list[str]:
    """The GS of a group of this kind (element 479) that answers one."""
    version = text_of(group, "08") or "004010"
    sender, receiver = text_of(group, "03"), text_of(group, "02")
    date, time = f"{now:%Y%m%d}", f"{now:%H%M}"
    return ["GS", kind, sender, receiver, date, time, number, "X", version]


def _party(isa: Elements, qualifier: str, name: str) -> tuple[str, str]:
    """A party as the ISA names it: two characters, then fifteen."""
    return f"{text_of(isa, qualifier):<2}"[:2], f"{text_of(isa, name):<15}"[:15]
