"""Requests that are sent again with the same Idempotency-Key are done once.

As draft-ietf-httpapi-idempotency-key-header-07 (an expired Internet-Draft) has it. What
was answered is held in memory for a day: a repeat after a restart, or at another
gateway, is done anew; published events keep their ids all the same.

What was refused is not held: nothing was done, and tomorrow it may be right. Where one
part was done and another refused (events), what stands of it is held: who asks again
under the key, with what was wrong corrected, has only the rest done.
"""

import hashlib
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from aiohttp import web

from processors.gateway.answers import Answered
from processors.gateway.problems import IN_PROGRESS, REUSED, ProblemError
from processors.gateway.routes import Standing

DAY_S = 86_400
_MOST_KEYS = 100_000
_MOST_BYTES = 64 * 2**20
_PART_OF_ONE = 4
"""One holder's answers take a quarter of the room at most."""


def fingerprint_of(request: web.BaseRequest, text: bytes) -> bytes:
    """What a request asks for, in a few bytes."""
    digest = hashlib.sha256(f"{request.method} {request.rel_url}\n".encode())
    digest.update(text)
    return digest.digest()


class Asker(NamedTuple):
    """Whose key it is, and whose share its answers are of: a tenant makes many keys."""

    key_id: str
    share: str


class Before(NamedTuple):
    """What was answered before: all of it, or what of it stands."""

    answered: Answered | None = None
    standing: Standing | None = None


@dataclass(slots=True)
class _Kept:
    share: str
    fingerprint: bytes
    until: float
    answered: Answered | None = None
    standing: Standing | None = None
    running: bool = True
    size: int = 0


_Place = tuple[str, str]


class _Shares:
    """What is held, the oldest first, by who holds it."""

    def __init__(self) -> None:
        self.kept: dict[_Place, _Kept] = {}
        self._of: dict[str, OrderedDict[_Place, None]] = {}
        self._bytes: Counter[str] = Counter()

    def add(self, place: _Place, kept: _Kept) -> None:
        self.kept[place] = kept
        self._of.setdefault(kept.share, OrderedDict())[place] = None

    def grow(self, kept: _Kept, size: int) -> None:
        self._bytes[kept.share] += size - kept.size
        kept.size = size

    def forget(self, place: _Place) -> None:
        kept = self.kept.pop(place, None)
        if kept is None:
            return
        self.grow(kept, 0)
        held = self._of[kept.share]
        del held[place]
        if not held:
            del self._of[kept.share], self._bytes[kept.share]

    def full(self, share: str) -> bool:
        """Whether one holds as much as one may."""
        count = len(self._of.get(share, ()))
        return self._over(count * _PART_OF_ONE, self._bytes[share] * _PART_OF_ONE)

    def all_full(self) -> bool:
        """Whether all together do."""
        return self._over(len(self.kept), self._bytes.total())

    def greediest(self) -> str:
        """Who holds the largest part of the room."""
        return max(
            self._of,
            key=lambda s: max(
                len(self._of[s]) / _MOST_KEYS, self._bytes[s] / _MOST_BYTES
            ),
        )

    def give_up(self, share: str) -> bool:
        """Forget the oldest of one's; what still runs stays. False: there is none."""
        for place in self._of.get(share, ()):
            if not self.kept[place].running:
                self.forget(place)
                return True
        return False

    @staticmethod
    def _over(count: int, size: int) -> bool:
        return count > _MOST_KEYS or size > _MOST_BYTES


class Repeats:
    """What was asked under which key, and answered."""

    def __init__(self) -> None:
        self._shares = _Shares()

    def begin(self, by: Asker, key: str, fingerprint: bytes, now: float) -> Before:
        """Begin a request; what was answered to it before, if it is a repeat.

        Raises:
            ProblemError: it is running, or the key stands for another request.
        """
        place = (by.key_id, key)
        kept = self._shares.kept.get(place)
        if kept is None or kept.until <= now:
            self._shares.forget(place)
            self._shares.add(place, _Kept(by.share, fingerprint, now + DAY_S))
            self._make_room(by.share)
            return Before()
        if kept.fingerprint != fingerprint and kept.standing is None:
            raise ProblemError(REUSED)
        if kept.running:
            raise ProblemError(IN_PROGRESS, headers={"Retry-After": "1"})
        if kept.standing is None:
            return Before(kept.answered)
        kept.fingerprint, kept.running = fingerprint, True
        return Before(standing=kept.standing)

    def finish(
        self,
        by: Asker,
        key: str,
        answered: Answered | None,
        standing: Standing | None = None,
    ) -> None:
        """Hold the answer, or what of it stands; None: nothing was done."""
        place = (by.key_id, key)
        kept = self._shares.kept.get(place)
        if kept is None:
            return
        kept.running = False
        if answered is not None:
            kept.answered, kept.standing = answered, standing
            held = [answered.body] if standing is None else standing.values()
            self._shares.grow(kept, sum(map(len, held)))
            self._make_room(kept.share)
        elif kept.standing is None:
            self._shares.forget(place)

    def _make_room(self, share: str) -> None:
        """Give up the oldest of who has much, so that nobody pushes out others."""
        while self._shares.full(share) and self._shares.give_up(share):
            pass
        while self._shares.all_full():
            if not self._shares.give_up(self._shares.greediest()):
                break
