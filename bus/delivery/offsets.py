"""What may be committed in one partition, and what need not be delivered again.

A commit's offset is the first one not settled; its metadata, `bus.delivery.settled`,
says what is settled beyond it.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from bus.delivery import settled
from bus.delivery.settled import NOTHING_DONE, Facts, Settled, Unsettled, hash_of
from bus.record import Commit


class _Open(NamedTuple):
    """A record not settled: what is pending, what is done, now and before a restart.

    `done_before` is None if all but the pending ones were done before it.
    """

    pending: set[str]
    done: list[str]
    done_before: frozenset[bytes] | None

    def facts(self, room: int) -> Facts:
        """See `Unsettled`."""
        before = self.done_before
        fewer = before is None or len(self.pending) < len(self.done) + len(before)
        if fewer and len(self.pending) <= room:
            return map(hash_of, self.pending), True
        return islice(chain(before or (), map(hash_of, self.done)), room), False


class Ledger:
    """Keeps the books of one partition; deliveries are named by subscription id.

    Args:
        start: Where the group stood, None if nowhere. Metadata that is unknown or
            damaged is ignored.

    Attributes:
        deliveries: How many are not settled.
    """

    __slots__ = (
        "_changed",
        "_expired",
        "_last",
        "_next",
        "_open",
        "_restored",
        "_seen",
        "_start",
        "deliveries",
    )

    def __init__(self, start: Commit | None) -> None:
        self._start = start.offset if start is not None else _NOWHERE
        self._restored = settled.read(start) if start is not None else Settled(0, {})
        self._last = start
        self._next = self._expired = self._start
        self._seen = False
        self._changed = False
        self._open: dict[int, _Open] = {}
        self.deliveries = 0

    def remaining(self, offset: int, deliveries: Iterable[str]) -> list[str]:
        """Return those that the restored commit does not call settled."""
        if not self._start <= offset < self._restored.horizon:
            return list(deliveries)
        partial = self._restored.unsettled.get(offset)
        if partial is None:
            return []
        return [delivery for delivery in deliveries if partial.leaves(delivery)]

    def owed(self, offset: int, deliveries: Iterable[str]) -> list[str]:
        """Return those that the restored commit says were begun and not settled.

        It may not name them, as it tells what is done where that is shorter.
        """
        partial = self._restored.unsettled.get(offset)
        if partial is None or not partial.pending or offset < self._start:
            return []
        return [delivery for delivery in deliveries if partial.leaves(delivery)]

    def begin(self, offset: int, deliveries: Collection[str]) -> None:
        """Note a record and what has to be settled; nothing to settle is settled.

        Offsets grow, with gaps. One at or below what was seen is ignored.
        """
        if offset < self._next:
            return
        self._next = offset + 1
        self._seen = self._changed = True
        if deliveries:
            partial = self._restored.unsettled.get(offset, NOTHING_DONE)
            before = None if partial.pending else partial.hashes
            pending = set(deliveries)
            self.deliveries += len(pending)
            self._open[offset] = _Open(pending, [], before)

    def pending(self, offset: int, delivery: str) -> bool:
        """Whether a delivery was begun and is not settled."""
        record = self._open.get(offset)
        return record is not None and delivery in record.pending

    def settle(self, offset: int, delivery: str) -> None:
        """Note that a delivery is settled; again, or of an unknown record: ignored."""
        record = self._open.get(offset)
        if record is None:
            return
        pending = record.pending
        if delivery in pending:
            pending.remove(delivery)
            self.deliveries -= 1
            self._changed = True
            if pending:
                record.done.append(delivery)
            else:
                del self._open[offset]

    def expire(self, start: int, read: Collection[int] = ()) -> tuple[int, int]:
        """Note that Kafka deleted all before `start`; what of it was not settled?

        Returns how many were not read, and how many are held here: open, or `read`
        and yet to begin. None is counted twice. Where the group stands nowhere,
        nothing is missed.
        """
        first = self._expired
        if start <= first or (first == _NOWHERE and not self._seen):
            return 0, 0
        self._expired = start
        held = sum(1 for offset in self._open if first <= offset < start)
        unread = range(max(self._next, first), start)
        done = range(unread.start, min(start, self._restored.horizon))
        left = {offset for offset in self._restored.unsettled if offset in done}
        coming = sum(1 for o in read if o in unread and (o not in done or o in left))
        lost = len(unread) - (len(done) - len(left)) - coming
        return lost, held + coming

    def skip(self, start: int) -> None:
        """Go on at `start`: what lies before it and was not begun never comes."""
        if self._seen or self._next != _NOWHERE:
            self.begin(start - 1, ())

    @property
    def position(self) -> int | None:
        """The committable offset: the next to read such that all before are settled.

        None if nothing was seen yet.
        """
        if not self._seen:
            return None
        return next(iter(self._open), self._next)

    @property
    def unsettled(self) -> int:
        """How many records are not settled."""
        return len(self._open)

    def commit(self) -> Commit | None:
        """Return what is to be committed; None if nothing is new since last asked."""
        position = self.position
        if position is None or not self._changed:
            return None
        self._changed = False
        commit = Commit(position, self._metadata(position))
        if commit == self._last:
            return None
        self._last = commit
        return commit

    def not_committed(self) -> None:
        """Say that the last commit did not arrive: the next call returns one again."""
        self._last = None
        self._changed = True

    def _metadata(self, position: int) -> str:
        horizon = max(self._next, self._restored.horizon)
        if position >= horizon:
            return ""
        return settled.write(position, horizon, self._records())

    def _records(self) -> Iterator[tuple[int, Unsettled]]:
        """The unsettled records in order: those seen, then those only restored."""
        yield from self._open.items()
        for offset, partial in self._restored.unsettled.items():
            if offset >= self._next:
                yield offset, partial


_NOWHERE = -1
