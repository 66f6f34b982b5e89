"""A process' member of a group: slow to hear, fenced, at times blind to it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import cast

from typing_extensions import override

from bus.adapters.memory.group import Group
from bus.adapters.memory.source import MemorySource
from bus.errors import BrokerUnavailableError
from bus.record import Commit, Record, TopicPartition
from tests.guarantees import Pair
from tests.simulation.excuses import Went
from tests.simulation.publisher import SimulatedPublisher
from tests.simulation.scheduler import Process
from tests.simulation.world import World

_BATCH = 500


class _Blind:
    """A group as a member sees it that has not noticed yet that it is out."""

    def __init__(self, group: Group) -> None:
        self._group = group

    def __getattr__(self, name: str) -> object:
        return getattr(self._group, name)

    def has(self, member: object) -> bool:
        """Yes, it believes."""
        return member is not None

    def surplus(self, member: object) -> list[TopicPartition]:
        """Nothing is asked back, as it hears nothing."""
        del member
        return []

    claim = surplus


class SimulatedMember(MemorySource):
    """`MemorySource` over a network; its requests reach the coordinator in order."""

    def __init__(
        self, world: World, process: Process, publisher: SimulatedPublisher, role: str
    ) -> None:
        super().__init__(world.broker, role)
        self.role = role
        self._world = world
        self._process = process
        self._publisher = publisher
        self._name_here = f"{role} of {process.name}"
        self._excuses = world.witness.excuses
        self._real = self._group
        self._revoking_since: float | None = None
        self._taken: Counter[TopicPartition] = Counter()
        self._line = 0.0
        self._wake_due = False

    # ------------------------------------------------ what befalls it

    def fence(self) -> None:
        """The group takes it for dead; whether it is, is another matter."""
        if not self._real.has(self):
            return
        self._excuses.shut_out(self._went(), self._broker.log)
        self._real.leave(self)

    def left_behind(self) -> None:
        """Its process is dead."""
        if self._real.has(self):
            self._excuses.died(self._went(), self._broker.log)

    def bury(self) -> None:
        """The group has noticed that its process is dead."""
        self._real.leave(self)

    def blind(self) -> None:
        """See nothing of the group's doings until `see`."""
        self._group = cast("Group", _Blind(self._real))

    def see(self) -> None:
        """Notice how things stand, unless its process is frozen and sees nothing."""
        if self._process.frozen:
            return
        self._group = self._real
        super().wake()

    # ------------------------------------------------ the port

    @override
    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """As the port says; the answer may be lost."""
        try:
            await self._commit(commits)
        except BrokerUnavailableError:
            self._excuses.commit_failed()
            raise

    async def _commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        world, began = self._world, self._world.loop.time()
        taken = self._taken.copy()
        await self._travel()
        if world.chance(world.plan.options.commits_lost / 2):
            raise BrokerUnavailableError("commit lost (simulated)")
        if not self._real.has(self):
            raise BrokerUnavailableError("commit: no longer a member of the group")
        # Commands keep their order: an earlier assignment's commits are left out.
        same = {tp: c for tp, c in commits.items() if taken[tp] == self._taken[tp]}
        await super().commit(same)
        self._excuses.committing(self._name_here, same, began)
        if world.chance(world.plan.options.commits_lost / 2):
            raise BrokerUnavailableError("answer to a commit lost (simulated)")
        await world.clock.sleep(world.latency())

    # ------------------------------------------------ inside

    @override
    def wake(self) -> None:
        """Hear of something a little later."""
        written = self._world.broker.written
        if self._wake_due or (written is not None and written not in self.topics):
            return
        self._wake_due = True
        self._world.loop.call_later(
            self._world.latency(), self._hear, context=self._process.context
        )

    def _hear(self) -> None:
        self._wake_due = False
        super().wake()

    async def _travel(self) -> None:
        now = self._world.loop.time()
        self._line = max(self._line + 1e-6, now + self._world.latency())
        await self._world.clock.sleep(self._line - now)

    @override
    async def _give_back(self, gone: Collection[TopicPartition]) -> None:
        if not gone:
            return
        world = self._world
        self._revoking_since = world.loop.time()
        commits = await self._listener.revoked(frozenset(gone))
        cut = world.loop.time() >= self._revoking_since + world.plan.options.drain_s
        in_flight = self._in_flight() if cut else set()
        await self._travel()
        committed = self._real.has(self) and world.broker.is_up
        committed = committed and not world.chance(world.plan.options.commits_lost)
        if committed:
            world.broker.commit(
                self.role,
                self._stamped(
                    {tp: commits[tp] for tp in sorted(gone) if tp in commits}
                ),
            )
        world.tell(self._process.name, f"gave back {_names(gone)}")
        if self._real.has(self):
            positions = {} if committed else {tp: self._positions[tp] for tp in gone}
            self._excuses.died(self._went(positions, in_flight), self._broker.log)
        self._revoking_since = None
        self._forget(gone)
        self._real.release(self, gone)

    @override
    async def _take(self, new: Collection[TopicPartition]) -> None:
        for tp in new:
            self._taken[tp] += 1
        await super()._take(new)
        if new:
            self._world.tell(self._process.name, f"took {_names(new)}")

    @override
    def _fetch(self) -> Sequence[Record]:
        batch: list[Record] = []
        if not self._broker.is_up:
            return batch
        most = _BATCH if self._world.healed else self._world.random.randint(1, 6)
        for tp in sorted(self._positions):
            if tp in self._paused or len(batch) >= most:
                continue
            records = self._broker.log(tp).read(self._kept(tp), most - len(batch))
            if records:
                self._positions[tp] = records[-1].offset + 1
                batch.extend(records)
        if not self._real.has(self):
            self._excuses.handed_to_zombie(batch)
        return batch

    def _went(
        self,
        positions: Mapping[TopicPartition, int] | None = None,
        in_flight: Collection[Pair] | None = None,
    ) -> Went:
        return Went(
            self.role,
            self._name_here,
            self._positions if positions is None else positions,
            self._in_flight() if in_flight is None else in_flight,
            self._revoking_since,
        )

    def _in_flight(self) -> set[Pair]:
        return self._excuses.in_flight(self._process, self._publisher)


def _names(partitions: Collection[TopicPartition]) -> str:
    return ", ".join(f"{topic}/{p}" for topic, p in sorted(partitions))
