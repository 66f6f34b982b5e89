"""Which deliveries may be repeated: what was open when a member went, nothing more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from bus.adapters.memory.log import PartitionLog
from bus.delivery.offsets import Ledger
from bus.record import Commit, Message, Record, TopicPartition
from tests.guarantees import DuplicatesBounded, Pair
from tests.simulation.producers import DIGEST, WHICH
from tests.simulation.scheduler import Process, SimulatedLoop

_COMMITTED_S = 1.0
"""What was settled longer ago than this has been committed, if nothing was wrong."""


class Pending(Protocol):
    """A publisher that knows what is under way."""

    @property
    def pending(self) -> Mapping[int, Message]:
        """Messages without an answer."""
        ...


class Went(NamedTuple):
    """A member as it goes: where it stood, and what its process has under way.

    While it drains, from `quiet_since` on, it commits nothing.
    """

    group: str
    name: str
    positions: Mapping[TopicPartition, int]
    in_flight: Iterable[Pair]
    quiet_since: float | None


class Excuses:
    """Collects them in `duplicates`. `carries` are a record's subscriptions."""

    def __init__(
        self, loop: SimulatedLoop, carries: Callable[[Record], Sequence[str]]
    ) -> None:
        self.duplicates = DuplicatesBounded()
        self.positions: dict[tuple[str, TopicPartition], Commit] = {}
        self.digests: dict[bytes, str] = {}
        self.posts: dict[Process, Mapping[object, Pair]] = {}
        self._loop = loop
        self._carries = carries
        self._settled_at: dict[Pair, float] = {}
        self._covered: dict[tuple[str, TopicPartition], float] = {}
        self._trouble_at = float("-inf")

    # ------------------------------------------------ what is settled and committed

    def settled(self, pair: Pair) -> None:
        """A process knows that a delivery is accepted, or moved."""
        self._settled_at[pair] = self._loop.time()

    def unknown(self, pair: Pair) -> None:
        """It is, and no process can know."""
        self.duplicates.in_flight_at_crash([pair])

    def made_anew(self, topic: str) -> None:
        """A topic was deleted and made again: no position of before means anything."""
        for known in (self.positions, self._covered):
            for group, tp in [place for place in known if place[1].topic == topic]:
                del known[group, tp]

    def committing(
        self, member: str, commits: Iterable[TopicPartition], began: float
    ) -> None:
        """A member's commit that was decided on at `began` was taken."""
        self._covered.update(dict.fromkeys(((member, tp) for tp in commits), began))

    def commit_failed(self) -> None:
        """A commit may not have been taken."""
        self._trouble_at = self._loop.time()

    # ------------------------------------------------ who held what when it went

    def in_flight(self, process: Process, publisher: Pending) -> set[Pair]:
        """What a process has under way and does not know the end of."""
        found = set(self.posts.get(process, {}).values())
        for message in publisher.pending.values():
            headers = dict(message.headers)
            if "bus-subscription" in headers:
                found.add(self.pair_of(headers))
        return found

    def died(
        self, member: Went, log_of: Callable[[TopicPartition], PartitionLog]
    ) -> None:
        """It does nothing more: what it settled and did not commit is repeated."""
        self.duplicates.in_flight_at_crash(member.in_flight)
        since = self._loop.time() if member.quiet_since is None else member.quiet_since
        for tp, pair in self._open(member, log_of):
            at = self._settled_at.get(pair)
            if at is None or at < self._covered.get((member.name, tp), 0.0):
                continue
            if at > since - _COMMITTED_S or self._trouble_at > at:
                self.duplicates.in_flight_at_crash([pair])

    def shut_out(
        self, member: Went, log_of: Callable[[TopicPartition], PartitionLog]
    ) -> None:
        """It goes on, and so does the next owner: all that it has may be repeated."""
        self.duplicates.in_flight_at_crash(member.in_flight)
        self.duplicates.in_flight_at_crash(
            pair for _, pair in self._open(member, log_of)
        )

    def handed_to_zombie(self, records: Iterable[Record]) -> None:
        """A member read these while it was out: others have them, too."""
        self.duplicates.in_flight_at_crash(
            Pair(self.event_id(record), s)
            for record in records
            for s in self._carries(record)
        )

    def _open(
        self, member: Went, log_of: Callable[[TopicPartition], PartitionLog]
    ) -> Iterable[tuple[TopicPartition, Pair]]:
        """The deliveries that it was handed and its commits do not call settled."""
        for tp, position in member.positions.items():
            commit = self.positions.get((member.group, tp), Commit(-1))
            ledger = Ledger(commit if commit.offset >= 0 else None)
            for record in log_of(tp).read(max(commit.offset, 0), position):
                if record.offset >= position:
                    break
                for one in ledger.remaining(record.offset, self._carries(record)):
                    yield tp, Pair(self.event_id(record), one)

    # ------------------------------------------------ which event a record carries

    def pair_of(self, headers: Mapping[str, bytes]) -> Pair:
        """The delivery that a hop carries on."""
        return Pair(self._event_id(headers), headers["bus-subscription"].decode())

    def event_id(self, record: Record) -> str:
        """The event that a record carries."""
        return self._event_id(dict(record.headers))

    def _event_id(self, headers: Mapping[str, bytes]) -> str:
        """A small letter has lost the witness's own header."""
        which = headers.get(WHICH)
        return which.decode() if which else self.digests[headers[DIGEST]]
