"""When attempts came: held against the promises of delay and of isolation.

Never early holds whatever goes wrong. How late may be judged only while nothing but
partners misbehaves: `Calm`, at the beginning of a round.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from bus.delivery.headers import read_state
from bus.record import Record
from bus.topics.topology import Topology
from tests.guarantees import DelayPrecision, Isolation, Pair
from tests.support.commits import event_id

LATE_S = 5.0
_TIMES = 10
"""Late is what takes so many times as long as when nothing is wrong, and `LATE_S`.

Busy machines run this, too; `make bench` has the milliseconds.
"""
_STAMP_S = 0.001
"""A hop's stamp has whole milliseconds: the attempt before it may be in the same."""
Times = Mapping[Pair, Sequence[float]]


class Calm(NamedTuple):
    """From when to when only partners misbehaved; epoch seconds.

    `late_s` is from when on something counts as late there.
    """

    began_at: float
    ended_at: float
    late_s: float = LATE_S

    def holds(self, began_at: float, ended_at: float) -> bool:
        """Whether something that may be late lies in it whole."""
        return self.began_at <= began_at and ended_at + self.late_s <= self.ended_at


class _Wait(NamedTuple):
    """A delivery in a tier: since when, until when; epoch seconds."""

    since: float
    due: float


def bound(waited_s: Collection[float]) -> float:
    """From when on a first attempt is late, given those when nothing was wrong."""
    usual = sorted(waited_s)
    return (
        max(LATE_S, _TIMES * usual[int(0.95 * (len(usual) - 1))]) if usual else LATE_S
    )


def delays(
    records: Iterable[Record],
    topology: Topology,
    requests: Times,
    excused: Collection[Pair],
    well: Collection[str],
    calm: Calm,
) -> tuple[DelayPrecision, DelayPrecision]:
    """What came out of a tier: at any time (never early), and in the calm (in time).

    `requests` are all of a delivery, in order. What crashed somewhere, `excused`,
    may be tried from where it was before. Who is not `well` may be late: held.
    """
    any_time, in_time = DelayPrecision(p95_s=float("inf")), DelayPrecision(calm.late_s)
    for pair, waits in _waits(records, topology).items():
        if pair in excused:
            continue
        times = requests.get(pair, ())
        for wait in waits:
            next_one = bisect_right(times, wait.since + _STAMP_S)
            if next_one == len(times):
                continue  # it hopped on, held
            any_time.started(*pair, wait.due, times[next_one])
            if pair.subscription in well and calm.holds(*wait):
                in_time.started(*pair, wait.due, times[next_one])
    return any_time, in_time


def isolation(
    written_at: Mapping[str, float],
    subscriptions: Collection[str],
    requests: Times,
    late_s: float = LATE_S,
) -> Isolation:
    """First attempts at partners that are well, of these events."""
    promise = Isolation(late_s)
    for id_, at in written_at.items():
        for subscription in subscriptions:
            if times := requests.get(Pair(id_, subscription)):
                promise.first_attempt(subscription, times[0] - at)
    return promise


def _waits(
    records: Iterable[Record], topology: Topology
) -> Mapping[Pair, Sequence[_Wait]]:
    """By delivery; a hop that was written twice is due as its first one is."""
    found: dict[Pair, dict[int, _Wait]] = defaultdict(dict)
    for record in records:
        parsed = topology.parse_retry_topic(record.topic)
        if parsed is None:
            continue
        subscription, tier = parsed
        since = record.timestamp_ms / 1000
        wait = _Wait(since, since + topology.tiers[tier])
        by_attempts = found[Pair(event_id(record), subscription)]
        used = read_state(record).attempts
        by_attempts[used] = min(wait, by_attempts.get(used, wait))
    return {pair: list(waits.values()) for pair, waits in found.items()}
