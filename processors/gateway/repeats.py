"""Requests that are sent again with the same Idempotency-Key are done once.

As draft-ietf-httpapi-idempotency-key-header-07 (an expired Internet-Draft) has it. What
was answered is held in memory for a day: a repeat after a restart, or at another
gateway, is done anew; published events keep their ids all the same.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass

from processors.gateway.answers import Answered
from processors.gateway.problems import IN_PROGRESS, REUSED, ProblemError

DAY_S = 86_400
_MOST_KEYS = 100_000
_MOST_BYTES = 64 * 2**20
_PART_OF_ONE = 4
"""One key's answers take a quarter of the room: they push out no others."""
_SERVER_ERROR = 500


@dataclass(slots=True)
class _Kept:
    fingerprint: bytes
    until: float
    answered: Answered | None = None


class Repeats:
    """What was asked under which key, and answered."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._bytes: Counter[str] = Counter()
        self._count: Counter[str] = Counter()

    def begin(
        self, who: str, key: str, fingerprint: bytes, now: float
    ) -> Answered | None:
        """Begin a request; what was answered to it before, if it is a repeat.

        Raises:
            ProblemError: it is running, or the key stands for another request.
        """
        kept = self._kept.get((who, key))
        if kept is not None and kept.until > now:
            if kept.fingerprint != fingerprint:
                raise ProblemError(REUSED)
            if kept.answered is None:
                raise ProblemError(IN_PROGRESS, headers={"Retry-After": "1"})
            return kept.answered
        self._forget(who, key)
        self._kept[who, key] = _Kept(fingerprint, now + DAY_S)
        self._count[who] += 1
        self._make_room(who)
        return None

    def finish(self, who: str, key: str, answered: Answered | None) -> None:
        """Hold the answer; none, or one that failed here, may be tried again."""
        kept = self._kept.get((who, key))
        if answered is None or answered.status >= _SERVER_ERROR:
            self._forget(who, key)
        elif kept is not None:
            kept.answered = answered
            self._bytes[who] += len(answered.body)
            self._make_room(who)

    def _make_room(self, who: str) -> None:
        """Give up the oldest, one's own if one has much; what still runs stays."""
        while (
            self._count[who] > _MOST_KEYS // _PART_OF_ONE
            or self._bytes[who] > _MOST_BYTES // _PART_OF_ONE
        ):
            if not self._give_up(who):
                break
        while len(self._kept) > _MOST_KEYS or self._bytes.total() > _MOST_BYTES:
            if not self._give_up(None):
                break

    def _give_up(self, who: str | None) -> bool:
        for place, kept in self._kept.items():
            if kept.answered is not None and who in {None, place[0]}:
                self._forget(*place)
                return True
        return False

    def _forget(self, who: str, key: str) -> None:
        kept = self._kept.pop((who, key), None)
        if kept is None:
            return
        self._count[who] -= 1
        if kept.answered is not None:
            self._bytes[who] -= len(kept.answered.body)
        if not self._count[who]:
            del self._count[who], self._bytes[who]
