"""Deliveries as their attempts tell of them: where each stands, and what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bus.log.deliveries import DEAD_LETTER, HELD, RETRYING, left_open
from bus.log.rows import AckRow, AttemptRow

ACCEPTED = "accepted"
_BETTER = (DEAD_LETTER, HELD, RETRYING, ACCEPTED)
"""States, the one that somebody should look at first."""


class Tried(NamedTuple):
    """An attempt, and how long the delivery had waited for it."""

    row: AttemptRow
    waited_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One event on its way to one subscription.

    Attributes:
        state: accepted, retrying, held or dead_letter.
        tried: Its attempts and hops without a call, the oldest first.
        tries: How many of them were calls.
        tier: Where it waits.
        due_us: Until when, about; None where it waits for nothing that has a time.
        reason: Why it is a dead letter.
        ack: The subscriber's own word that it has the event.
    """

    subscription: str
    event_id: str
    event_type: str
    state: str
    tried: Sequence[Tried]
    tries: int
    tier: str = ""
    due_us: int | None = None
    reason: str = ""
    ack: AckRow | None = None

    @property
    def last(self) -> AttemptRow:
        """What happened last."""
        return self.tried[-1].row

    @property
    def next(self) -> int:
        """The number of the attempt that comes next."""
        numbers = [t.row.number for t in self.tried if t.row.replay == self.last.replay]
        return max(numbers) + 1


def ended_us(attempt: AttemptRow) -> int:
    """When an attempt was over."""
    return attempt.started_us + attempt.duration_us


def tracks(
    attempts: Iterable[AttemptRow],
    delay_of: Mapping[str, float],
    acks: Iterable[AckRow] = (),
    arrived_us: Mapping[str, int] | None = None,
) -> Sequence[Track]:
    """Sort attempts into deliveries, those first that somebody should look at.

    `delay_of` gives the seconds of each tier, `arrived_us` when events arrived.
    """
    sorted_: dict[tuple[str, str], list[AttemptRow]] = {}
    for row in sorted(attempts, key=lambda row: (row.started_us, row.at)):
        sorted_.setdefault((row.event_id, row.subscription), []).append(row)
    acked = {(ack.event_id, ack.subscription): ack for ack in acks}
    arrived = arrived_us or {}
    made = [
        _track(rows, delay_of, acked.get(key), arrived.get(key[0]))
        for key, rows in sorted_.items()
    ]
    return sorted(made, key=lambda one: (_BETTER.index(one.state), one.subscription))


def _track(
    rows: Sequence[AttemptRow],
    delay_of: Mapping[str, float],
    ack: AckRow | None,
    arrived_us: int | None,
) -> Track:
    last, after = rows[-1], left_open(rows[-1])
    delay_s = delay_of.get(after.tier) if after else None
    begins = rows[0].started_us if arrived_us is None else arrived_us
    ends = [begins, *map(ended_us, rows)]
    return Track(
        subscription=last.subscription,
        event_id=last.event_id,
        event_type=last.event_type,
        state=after.state if after else ACCEPTED,
        tried=[
            Tried(row, max(0, row.started_us - end))
            for row, end in zip(rows, ends, strict=False)
        ],
        tries=sum(row.number > 0 for row in rows),
        tier=after.tier if after else "",
        due_us=None if delay_s is None else ended_us(last) + int(delay_s * 1e6),
        reason=after.reason if after else "",
        ack=ack,
    )


def replays(track: Track) -> Sequence[AttemptRow]:
    """The first attempt of each time that a delivery was asked for again."""
    rows = [one.row for one in track.tried]
    first = [rows[0]] if rows[0].replay else []
    return [*first, *(b for a, b in pairwise(rows) if b.replay > a.replay)]
