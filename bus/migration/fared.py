"""How the new side fared since a step, as far as gates ask: figures, and repeats."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from bus.log.health import Figures
from bus.log.rows import AttemptRow

LOOKED_AT = 1_000
"""So many of the newest accepted attempts are looked at for repeats."""


class Repeats(NamedTuple):
    """Of so many accepted attempts, how many brought an event that had come before."""

    accepted: int = 0
    again: int = 0


class Fared(NamedTuple):
    """What gates know of the new side since its last step."""

    figures: Figures
    repeats: Repeats = Repeats()


def repeats_of(rows: Iterable[AttemptRow]) -> Repeats:
    """Count what was accepted again, and not because somebody asked for it."""
    times = Counter(
        row.event_id
        for row in rows
        if row.outcome == "accepted" and row.status and not row.replay
    )
    return Repeats(times.total(), times.total() - len(times))
