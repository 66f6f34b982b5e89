"""Finding out whether a member of ours leaves undone what its group waits for."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bus.delivery.membership import Members, holders
from bus.delivery.standstill import LOOK_EVERY_S, Standstill
from bus.errors import OrderbusError
from bus.ports import Clock, Groups, Lag, Observer
from bus.record import TopicPartition
from processors.telemetry import group_names as names

_MANY = float("inf")
Ask = Callable[[Collection[str]], Awaitable[Mapping[str, Members]]]


class Obeying(Protocol):
    """A member of ours."""

    async def obeys(self, members: Members) -> bool:
        """Hear what is wanted of it; whether it leaves nothing of it undone.

        What it leaves undone from one answer to the next makes it join anew.
        """
        ...


def _at_once(_: TopicPartition) -> float:
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A group, what it reads, what is held here, and who of us belongs to it."""

    group: str
    topics: Callable[[], Collection[str]]
    held: Callable[[], Collection[TopicPartition]]
    members: Callable[[], Collection[Obeying]]
    may_stand_s: Callable[[TopicPartition], float] = field(default=_at_once)


class _Watched:
    """A membership, and what is known of its group."""

    def __init__(self, of: Membership) -> None:
        self.of = of
        self.standstill = Standstill(of.may_stand_s)
        self._counts: dict[str, int] = {}

    def topics(self) -> Collection[str]:
        """Those that are not, as far as is known, wholly held here."""
        held: dict[str, int] = {}
        for tp in self.of.held():
            held[tp.topic] = held.get(tp.topic, 0) + 1
        wanted = self.of.topics()
        return [t for t in wanted if held.get(t, 0) < self._counts.get(t, _MANY)]

    def learn(self, lags: Mapping[TopicPartition, Lag]) -> Mapping[TopicPartition, int]:
        """Where the group stands in what has records and is not held here."""
        held = frozenset(self.of.held())
        for tp in lags:
            before = self._counts.get(tp.topic, 0)
            self._counts[tp.topic] = max(before, tp.partition + 1)
        return {
            tp: lag.committed
            for tp, lag in lags.items()
            if lag.pending > 0 and tp not in held
        }


class Reconciling:
    """Looks once a minute; asks the coordinator where something gives reason to.

    `ask` starts a process, so it is not asked while all flows.
    """

    def __init__(
        self,
        groups: Groups,
        ask: Ask,
        clock: Clock,
        observer: Observer,
        memberships: Sequence[Membership],
    ) -> None:
        self._groups = groups
        self._ask = ask
        self._clock = clock
        self._observer = observer
        self._watched = [_Watched(membership) for membership in memberships]

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            found = [w for w in self._watched if await self._stands(w)]
            if found:
                await self._ask_of(found)

    async def _stands(self, watched: _Watched) -> bool:
        now, topics = self._clock.monotonic(), watched.topics()
        try:
            lags = await self._groups.lag(watched.of.group, topics) if topics else {}
        except OrderbusError:
            return False
        standing = watched.standstill.look(watched.learn(lags), now)
        if standing:
            topic, partition = min(standing)
            self._observer.note(
                names.STANDSTILL,
                group=watched.of.group,
                topic=topic,
                partition=partition,
                partitions=len(standing),
            )
        return bool(standing)

    async def _ask_of(self, found: Sequence[_Watched]) -> None:
        answers = await self._ask([watched.of.group for watched in found])
        for watched in found:
            members = answers.get(watched.of.group)
            known = "none" if members is None else "answer"
            self._observer.measure(names.QUESTIONS, 1, known)
            if members is None:
                continue
            obeys = [await member.obeys(members) for member in watched.of.members()]
            now = self._clock.monotonic()
            watched.standstill.answered(holders(members), now, undone=not all(obeys))
