"""A listener that remembers what it hears."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bus.record import Commit, Expired, Record, TopicPartition
from tests.support.pace import patience

DEADLINE_S = 20


@dataclass
class Recorder:
    """A listener that remembers, and commits what it has seen when asked to drain."""

    got: list[Record] = field(default_factory=list)
    positions: dict[TopicPartition, Commit] = field(default_factory=dict)
    owned: set[TopicPartition] = field(default_factory=set)
    given: list[TopicPartition] = field(default_factory=list)
    missed: list[TopicPartition] = field(default_factory=list)
    expiries: list[tuple[Expired, int]] = field(default_factory=list)
    assignments: int = 0
    early: list[Record] = field(default_factory=list)
    on_assigned: Callable[[Mapping[TopicPartition, Commit]], None] = lambda _: None
    drain: asyncio.Event = field(default_factory=asyncio.Event)
    draining: bool = False
    room: bool = True
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Drain at once unless told otherwise."""
        self.drain.set()

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Remember; let the loop turn, so that an early record would show."""
        self.assignments += bool(positions)
        self.positions.update(positions)
        self.on_assigned(positions)
        turned = asyncio.Event()
        asyncio.get_running_loop().call_soon(turned.set)
        await turned.wait()
        self.owned.update(positions)
        self._changed.set()

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Wait for `drain`, then give what was seen."""
        self.draining = True
        self._changed.set()
        await self.drain.wait()
        self._go(partitions)
        self.given.extend(partitions)
        return {tp: c for tp, c in self.seen().items() if tp in partitions}

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Remember."""
        self._go(partitions)
        self.missed.extend(partitions)

    def records(self, batch: Sequence[Record]) -> None:
        """Remember, and what came without an assignment too."""
        self.early.extend(r for r in batch if r.topic_partition not in self.owned)
        self.got.extend(batch)
        self._changed.set()

    def expired(self, gone: Expired) -> None:
        """Remember, with how many records came before."""
        self.expiries.append((gone, len(self.got)))
        self._changed.set()

    def has_room(self) -> bool:
        """As the test says."""
        return self.room

    def seen(self) -> dict[TopicPartition, Commit]:
        """What may be committed: all that came, as if settled at once."""
        return {
            r.topic_partition: Commit(r.offset + 1, f"after {r.offset}")
            for r in self.got
        }

    def values(self) -> list[bytes | None]:
        """The values that came."""
        return [r.value for r in self.got]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; fail after the deadline."""
        async with asyncio.timeout(patience(DEADLINE_S)):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_values(self, number: int) -> None:
        """Wait for that many records."""
        await self.until(lambda: len(self.got) >= number)

    async def until_owned(self, number: int) -> None:
        """Wait until that many partitions are owned."""
        await self.until(lambda: len(self.owned) == number)

    def _go(self, partitions: Collection[TopicPartition]) -> None:
        self.owned.difference_update(partitions)
        self._changed.set()
