"""Partitions that stand still and are not held here: when to ask who should hold them.

A partition may stand still for good reasons, at another process: its partner is away,
its tier waits. So an answer that names its holder is believed for a while, and where
answers lead nowhere, the questions become rare.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bus.delivery.membership import Held
from bus.record import TopicPartition

LOOK_EVERY_S = 60.0
_LONG_S = 60.0
_RARELY_S = 960.0
_BELIEVED_S = 1800.0


class _Stand(NamedTuple):
    since: float
    committed: int
    believed_until: float = 0.0


class Standstill:
    """The partitions of one group that others should read.

    `may_stand_s` says how long records of a partition may wait though all is well.
    """

    def __init__(self, may_stand_s: Callable[[TopicPartition], float]) -> None:
        self._may_stand_s = may_stand_s
        self._stands: dict[TopicPartition, _Stand] = {}
        self._asked_at = float("-inf")
        self._pause_s = LOOK_EVERY_S
        self._undone = False

    def look(self, commits: Mapping[TopicPartition, int], now: float) -> Held:
        """Take where the group stands in what has records and is not held here.

        Returns what gives reason to ask the coordinator now.
        """
        self._stands = {
            tp: self._stand(tp, committed, now) for tp, committed in commits.items()
        }
        reason = frozenset(
            tp
            for tp, stand in self._stands.items()
            if now - stand.since >= _LONG_S + self._may_stand_s(tp)
            and now >= stand.believed_until
        )
        if not reason:
            self._pause_s, self._undone = LOOK_EVERY_S, False
        elif now - self._asked_at < self._pause_s:
            return frozenset()
        else:
            self._asked_at = now
        return reason

    def answered(self, held: Held, now: float, *, undone: bool) -> None:
        """Take what somebody holds, and whether we leave something undone.

        What is left undone is asked for again soon; after that it is being mended, or
        it is not for us to mend. Without an answer there is nothing to take.
        """
        soon = undone and not self._undone
        self._pause_s = LOOK_EVERY_S if soon else min(2 * self._pause_s, _RARELY_S)
        self._undone = undone
        if undone:
            return
        for tp in held & self._stands.keys():
            believed = self._stands[tp]._replace(believed_until=now + _BELIEVED_S)
            self._stands[tp] = believed

    def _stand(self, tp: TopicPartition, committed: int, now: float) -> _Stand:
        before = self._stands.get(tp)
        if before is not None and before.committed == committed:
            return before
        return _Stand(now, committed)
