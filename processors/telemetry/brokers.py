"""Which brokers clients complain of: hundreds of lines, told as two. Pure."""

import re
from typing import NamedTuple

_CALM_S = 45.0
"""Longer than librdkafka keeps back what it has said before (30 s)."""
_FACILITIES = frozenset({"FAIL", "ERROR", "REQTMOUT", "TIMEOUT", "SESSTMOUT"})
_LINE = re.compile(r"(?P<facility>[A-Z]+) \[[^\]]*\]:? (?P<rest>.*)", re.DOTALL)
_THREAD = re.compile(r"\[thrd:.*?\]: ")
_BROKER = re.compile(
    r"(?:\w+: )?(?:\w+://)?(?P<name>[\w.\-]+:\d+|\[[0-9a-fA-F:]+\]:\d+)"
    r"(?:/(?:-?\d+|bootstrap))?: (?P<why>.*)"
    r"|\w+/(?P<id>\d+): (?P<what>.*)",
    re.DOTALL,
)
_ALL_DOWN = re.compile(r"\d+/\d+ brokers are down")


class Complaint(NamedTuple):
    """What a line says of which broker; "" where it means no one of them."""

    broker: str
    why: str


class Calm(NamedTuple):
    """A broker that nobody complains of any more: for how long, in how many lines."""

    broker: str
    away_s: float
    lines: int


def complaint(line: str) -> Complaint | None:
    """Read a line of librdkafka's log; None if it is about something else."""
    found = _LINE.match(line)
    if found is None or found["facility"] not in _FACILITIES:
        return None
    rest = _THREAD.sub("", found["rest"], count=1)
    named = _BROKER.match(rest)
    if named is None:
        return Complaint("", rest) if _ALL_DOWN.search(rest) else None
    if named["id"] is not None:
        return Complaint(f"broker {named['id']}", named["what"])
    return Complaint(named["name"], named["why"])


class Brokers:
    """Remembers who is complained of; times are monotonic seconds."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[float, float, int]] = {}

    def complained(self, broker: str, now: float) -> bool:
        """Take in a complaint; say whether it is the first of this absence."""
        began, _, lines = self._since.get(broker, (now, now, 0))
        self._since[broker] = (began, now, lines + 1)
        return not lines

    def calm(self, now: float) -> list[Calm]:
        """Those that nobody has complained of for a while; told once."""
        over = [
            Calm(name, last - began, lines)
            for name, (began, last, lines) in self._since.items()
            if now - last >= _CALM_S
        ]
        for one in over:
            del self._since[one.broker]
        return over

    @property
    def away(self) -> bool:
        """Whether anybody is complained of."""
        return bool(self._since)
