"""Which numbers of a sequence came: a window of bits, and what is missing in it.

Where a channel numbers its orders one by one, a number that never comes is an order
that never came. A gap says so only after a while, as what is sent may overtake.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WINDOW = 4_096
"""How many numbers back it is known which of them came."""
UNSURE = 512
"""Numbers below the first that a process saw: the one before it may have seen them and
not written that down."""
SETTLES_S = 900.0
"""How long a number may be late before it is missing."""
_MOST = 10**18
_SPAN_S = 60
_MARKS = 32


@dataclass(slots=True)
class Numbers:
    """Numbers that came.

    Attributes:
        first: The first that came; None: none did. Lower ones say nothing.
        high: The highest.
        bits: Bit `i` is set if `high - i` came.
        marks: The highest number by when it was so, a minute each, oldest first.
    """

    first: int | None = None
    high: int = 0
    bits: int = 0
    marks: list[tuple[int, int]] = field(default_factory=list)

    def take(self, number: int, at: float) -> None:
        """Hear that a number came."""
        if not 0 <= number < _MOST:
            return
        if self.first is None or number - self.high > WINDOW:
            self.first, self.high, self.bits, self.marks = number, number, 1, []
        elif number > self.high:
            self.bits = (self.bits << (number - self.high) | 1) & (1 << WINDOW) - 1
            self.high = number
        elif self.high - number < WINDOW:
            self.bits |= 1 << (self.high - number)
        minute = int(at) // _SPAN_S * _SPAN_S
        if self.marks and self.marks[-1][0] == minute:
            self.marks[-1] = (minute, self.high)
        else:
            self.marks = [*self.marks[1 - _MARKS :], (minute, self.high)]

    def settled(self, at: float) -> int | None:
        """The highest number that had come some time ago: below, none is awaited."""
        old = [high for minute, high in self.marks if at - minute >= SETTLES_S]
        return old[-1] if old else None

    def as_json(self) -> dict[str, object] | None:
        """As plain values."""
        if self.first is None:
            return None
        marks = [list(one) for one in self.marks]
        bits = f"{self.bits:x}"
        return {"first": self.first, "high": self.high, "bits": bits, "marks": marks}

    @classmethod
    def read(cls, value: object) -> "Numbers":
        """Read what was written; nothing of what cannot be."""
        if not isinstance(value, Mapping):
            return cls()
        first, high, bits = (value.get(name) for name in ("first", "high", "bits"))
        marks = value.get("marks")
        if type(first) is not int or type(high) is not int or not isinstance(bits, str):
            return cls()
        try:
            known = int(bits, 16) & (1 << WINDOW) - 1
        except ValueError:
            return cls()
        pairs = [
            (one[0], one[1])
            for one in (marks if isinstance(marks, list) else [])
            if isinstance(one, list) and [type(part) for part in one] == [int, int]
        ]
        return cls(first, high, known, pairs)


def missing(several: Iterable[Numbers], at: float) -> list[int]:
    """The numbers that none of several processes saw, and that are late; ascending."""
    seen = [one for one in several if one.first is not None]
    tops = [top for one in seen if (top := one.settled(at)) is not None]
    if not tops:
        return []
    top, firsts = max(tops), [one.first for one in seen if one.first is not None]
    begin = max(min(firsts), top - WINDOW + 1)
    came: set[int] = set()
    for one in seen:
        low = max(begin, one.high - WINDOW + 1)
        bits = one.bits
        came.update(n for n in range(low, one.high + 1) if bits >> (one.high - n) & 1)
    later = sorted(first for first in firsts if first > min(firsts))
    return [
        number
        for number in range(begin, top)
        if number not in came
        and not any(first - UNSURE <= number < first for first in later)
    ]
