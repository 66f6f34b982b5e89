"""A member of a consumer group in memory: one task, no thread."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from bus.adapters.memory.broker import MemoryBroker
from bus.delivery.incarnation import stamped, unstamped
from bus.errors import BrokerUnavailableError
from bus.ports import Listener, Stands
from bus.record import Commit, Expired, Record, TopicPartition

_BATCH = 500
_YIELDS = 50
_ROOM_LOOK_S = 0.005


class MemorySource:
    """`bus.ports.Source` in memory; `start`, `stands` as in `adapters.kafka`.

    `kill` and `expire` stand for a crash and for a session that ran out.
    """

    def __init__(
        self,
        broker: MemoryBroker,
        group: str,
        *,
        start: Literal["earliest", "latest"] = "earliest",
        stands: Stands | None = None,
        session_timeout_s: float = 6,
    ) -> None:
        self.topics: frozenset[str] = frozenset()
        self._broker = broker
        self._name = group
        self._group = broker.group(group)
        self._begin = start
        self._stands = stands or self._committed
        self._session_timeout_s = session_timeout_s
        self._positions: dict[TopicPartition, int] = {}
        self._topic_ids: dict[TopicPartition, str] = {}
        self._paused: set[TopicPartition] = set()
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._burial: asyncio.Task[None] | None = None

    # --- the port

    async def start(self, topics: Collection[str], listener: Listener) -> None:
        """Join the group and begin to call the listener."""
        self.topics = frozenset(topics)
        self._listener = listener
        self._group.join(self)
        self._task = asyncio.ensure_future(self._run())

    def subscribe(self, topics: Collection[str]) -> None:
        """Change the topics; partitions that stay are not disturbed."""
        self.topics = frozenset(topics)
        self._group.rebalance()

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Stop fetching these; what was handed over before still counts."""
        self._paused.update(self._group_partitions().intersection(partitions))

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        """Fetch these again, from where they were paused."""
        self._paused.difference_update(partitions)
        self.wake()

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Commit positions; partitions that are no longer ours are left out.

        Raises:
            BrokerUnavailableError: not committed; a later commit covers it.
        """
        if not self._group.has(self):
            raise BrokerUnavailableError("commit: no longer a member of the group")
        ours = self._group_partitions()
        self._broker.commit(
            self._name, self._stamped({tp: commits[tp] for tp in commits if tp in ours})
        )

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Nothing here ever stands still."""

    async def stop(self) -> None:
        """Revoke all (the listener drains and commits), leave the group."""
        if self._task is None:
            return
        self._stopping = True
        self.wake()
        await self._task
        self._task = None

    # --- hooks of tests

    def kill(self) -> None:
        """Die at once, telling nobody; the group notices after the session timeout."""
        if self._task:
            self._task.cancel()
            self._task = None
        self._burial = asyncio.ensure_future(self._bury())

    def expire(self) -> None:
        """Have the group expel this member while it lives: it hears `lost`, rejoins."""
        self._group.leave(self)
        self.wake()

    # --- inside

    def wake(self) -> None:
        """Something changed: look again."""
        self._woken.set()

    async def _bury(self) -> None:
        await self._broker.clock.sleep(self._session_timeout_s)
        self._group.leave(self)

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            if not self._group.has(self):
                self._rejoin()
            await self._give_back(self._group.surplus(self))
            await self._take(self._group.claim(self))
            await self._begin_anew()
            if not self._listener.has_room():
                await self._until_room()
            elif batch := self._fetch():
                self._listener.records(batch)
                await asyncio.sleep(0)  # noqa: TID251 - lets others run, no time passes
            else:
                await self._woken.wait()
        await self._give_back(list(self._positions))
        self._group.leave(self)

    async def _until_room(self) -> None:
        """Wait a little; nobody says when there is room again."""
        for _ in range(_YIELDS):
            await asyncio.sleep(0)  # noqa: TID251 - lets others run, no time passes
            if self._listener.has_room() or self._woken.is_set():
                return
        await self._broker.clock.sleep(_ROOM_LOOK_S)

    def _rejoin(self) -> None:
        lost = frozenset(self._positions)
        self._forget(lost)
        if lost:
            self._listener.lost(lost)
        self._group.join(self)

    async def _give_back(self, gone: Collection[TopicPartition]) -> None:
        if not gone:
            return
        commits = await self._listener.revoked(frozenset(gone))
        if self._group.has(self) and self._broker.is_up:
            ours = {tp: commits[tp] for tp in gone if tp in commits}
            self._broker.commit(self._name, self._stamped(ours))
        self._forget(gone)
        self._group.release(self, gone)

    async def _take(self, new: Collection[TopicPartition]) -> None:
        if not new:
            return
        stood = await self._stands(new)
        found = {tp: self._position(tp, stood.get(tp, Commit(-1))) for tp in new}
        positions = {tp: commit or Commit(-1) for tp, commit in found.items()}
        await self._listener.assigned(positions)
        for tp, commit in found.items():
            self._positions[tp] = self._first(tp, commit)

    async def _begin_anew(self) -> None:
        """What was deleted and made anew is another log: nothing of it was read."""
        now = {tp: self._broker.log(tp).topic_id for tp in self._positions}
        anew = {tp for tp, id_ in now.items() if id_ not in ("", self._topic_ids[tp])}
        if anew:
            self._listener.lost(anew)
            self._paused -= anew
            await self._take(anew)

    async def _committed(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        there = self._group.positions
        return {tp: there[tp] for tp in partitions if tp in there}

    def _position(self, tp: TopicPartition, stood: Commit) -> Commit | None:
        """Where the group stands; None if it does in a topic deleted before."""
        self._topic_ids[tp] = self._broker.log(tp).topic_id
        return unstamped(stood, self._topic_ids[tp])

    def _stamped(
        self, commits: Mapping[TopicPartition, Commit]
    ) -> dict[TopicPartition, Commit]:
        ids = self._topic_ids
        return {tp: stamped(at, ids.get(tp, "")) for tp, at in commits.items()}

    def _first(self, tp: TopicPartition, commit: Commit | None) -> int:
        log = self._broker.log(tp)
        if commit is None:
            return log.start
        if commit.offset >= 0:
            return commit.offset
        return log.end if self._begin == "latest" else log.start

    def _forget(self, gone: Collection[TopicPartition]) -> None:
        for tp in gone:
            self._positions.pop(tp, None)
            self._topic_ids.pop(tp, None)
            self._paused.discard(tp)

    def _fetch(self) -> Sequence[Record]:
        batch: list[Record] = []
        if not self._broker.is_up:
            return batch
        for tp in self._positions:
            if tp in self._paused:
                continue
            position = self._kept(tp)
            records = self._broker.log(tp).read(position, _BATCH - len(batch))
            if records:
                self._positions[tp] = records[-1].offset + 1
                batch.extend(records)
        return batch

    def _kept(self, tp: TopicPartition) -> int:
        """Where reading goes on; the listener hears if what stood before is gone."""
        start = self._broker.log(tp).start
        if start > self._positions[tp]:
            self._positions[tp] = start
            self._listener.expired(Expired(tp, start))
        return self._positions[tp]

    def _group_partitions(self) -> set[TopicPartition]:
        owners = self._group.owners
        return {tp for tp, owner in owners.items() if owner is self}
