"""What of a round's letters the senders could bring, and what they were told.

How many a machine takes is the machine's. What a round asks for and does not get is
said in figures; what was acknowledged is judged all the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.intake.letters import Letter
from tests.faults.intake.senders import Answer, Sender

_ENOUGH = 0.95
"""Which share of the letters has to be offered: kills hold some up."""


@dataclass
class Offered:
    """Counted from the moment it is made."""

    senders: Mapping[str, Sender]
    asked: int = 0
    offered: int = 0
    _begun: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _punished: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Note where everybody stands."""
        for name, one in self.senders.items():
            self._begun[name] = (len(one.answers), one.accepted, len(one.given_up))
        self._punished = Counter(_punished(self.senders))

    @property
    def is_all(self) -> bool:
        """Whether the senders could offer what was asked, but for a little."""
        return self.offered >= _ENOUGH * self.asked

    @property
    def answers(self) -> Sequence[Answer]:
        """All answers, in the order of their requests."""
        return sorted(
            answer
            for name, one in self.senders.items()
            for answer in one.answers[self._begun[name][0] :]
        )

    @property
    def accepted(self) -> int:
        """How many letters were answered as their channels want it."""
        begun = self._begun
        return sum(one.accepted - begun[n][1] for n, one in self.senders.items())

    @property
    def given_up(self) -> Iterable[Letter]:
        """Letters that their senders send no more, though nobody took them."""
        for name, one in self.senders.items():
            yield from one.given_up[self._begun[name][2] :]

    @property
    def punished(self) -> Sequence[str]:
        """What the senders did to their sources meanwhile."""
        new = Counter(_punished(self.senders)) - self._punished
        return [f"{what}, {times} times" for what, times in sorted(new.items())]

    def text(self, lasts_s: float) -> str:
        """All of it in a line."""
        bad = Counter(one.status for one in self.answers if not one.well)
        silent = bad.pop(0, 0)
        refused = ", ".join(f"{n} by {status}" for status, n in sorted(bad.items()))
        waited = sorted(one.waited_s for one in self.answers) or [0.0]
        return (
            f"{self.asked} letters asked for ({self.asked / lasts_s:.0f}/s), "
            f"{self.offered} offered ({self.offered / lasts_s:.0f}/s), "
            f"{self.accepted} accepted; refused {refused or 'none'}; "
            f"no answer in time {silent}; given up {len(list(self.given_up))}; "
            f"99 of 100 waited at most {waited[int(0.99 * (len(waited) - 1))]:.2f} s "
            "for a connection of their sender"
        )


def _punished(senders: Mapping[str, Sender]) -> Mapping[str, int]:
    return {
        f"{name}: {what}": times
        for name, one in senders.items()
        for what, times in one.punished.items()
    }
