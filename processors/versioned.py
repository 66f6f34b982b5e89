"""Configuration topics: followed with their versions, written so that one change wins.

See `bus.versions` for what a version is and which record stands.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from bus.errors import BrokerUnavailableError, PublishError
from bus.ports import Clock, LogReader, Publisher
from bus.record import Headers, Message, Record, Written
from bus.versions import Standing, read_to_header, take, version_of
from processors.following import Follower

READ_BACK_S = 10.0
LOOK_S = 60.0
"""How often somebody looks for what a writer has left that died."""
_ROUNDS = 5


class Seen(NamedTuple):
    """A record of a key: whether it stood when it came, and was all settled then."""

    offset: int
    stands: bool
    settled: bool


class _Held(NamedTuple):
    standing: Standing
    value: bytes | None


class VersionedFollower(Follower):
    """Follows a configuration topic; `take` gets the records that stand, in order."""

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        topic: str,
        take: Callable[[Record], None],
        *,
        caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._judge, caught_up=caught_up)
        self._stands = take
        self._held: dict[bytes, _Held] = {}
        self._topic_id = ""
        self._watches: list[tuple[bytes, list[Seen]]] = []

    def version(self, name: str) -> str | None:
        """The version of the thing with this id, for an ETag; None without one."""
        value = self.value(name.encode())
        return None if value is None else version_of(value)

    def standing(self, key: bytes) -> Standing | None:
        """What stands under a key."""
        held = self._held.get(key)
        return held.standing if held else None

    def value(self, key: bytes) -> bytes | None:
        """The bytes that stand under a key."""
        held = self._held.get(key)
        return held.value if held else None

    def read_to(self) -> Headers:
        """The headers of a record that is written on top of what stands now."""
        positions = {p: offset + 1 for p, offset in self._positions.items()}
        return read_to_header(self._topic_id, positions)

    def unsettled(self) -> list[bytes]:
        """Keys whose newest record does not say what stands."""
        return [key for key, held in self._held.items() if not held.standing.settled]

    @contextmanager
    def watch(self, key: bytes) -> Iterator[list[Seen]]:
        """Collect the records of one key that come in meanwhile."""
        seen: list[Seen] = []
        watch = (key, seen)
        self._watches.append(watch)
        try:
            yield seen
        finally:
            self._watches = [w for w in self._watches if w is not watch]

    def _judge(self, record: Record) -> None:
        key, self._topic_id = record.key or b"", record.topic_id
        held = self._held.get(key)
        standing, stands = take(held.standing if held else None, record)
        value = record.value if stands or held is None else held.value
        self._held[key] = _Held(standing, value)
        for watched, seen in self._watches:
            if watched == key:
                seen.append(Seen(record.offset, stands, standing.settled))
        if stands:
            self._stands(record)


class VersionedWriter:
    """Writes to a configuration topic on top of what stands in `table`."""

    def __init__(self, publisher: Publisher, table: VersionedFollower) -> None:
        self._publisher = publisher
        self._table = table
        self._owing: set[bytes] = set()

    async def put(self, key: bytes, value: bytes | None) -> bool:
        """Write on top of what stands now; False if another change came first.

        Whoever hears False may try again, on top of the other one. In the end `settle`
        has to be called, whatever came of it.

        Raises:
            PublishError: not written.
            BrokerUnavailableError: written, but not read back in time; whether it
                stands is not known.
        """
        message = Message(self._table.topic, key, value, self._table.read_to())
        self._owing.add(key)
        with self._table.watch(key) as seen:
            written = await self._publisher.publish(message)
            await self._read_back(written)
        mine = [one for one in seen if one.offset == written.offset]
        stands = any(one.stands for one in mine)
        if stands and any(one.settled for one in mine):
            self._owing.discard(key)
        return stands

    async def settle(self, key: bytes) -> None:
        """Write what stands once more, if a record of ours was ignored after it.

        Whose records were not, leaves it to the other: that one may be about to write
        its change anew. Without an answer of Kafka's it is left to `settle_all` of the
        next process that starts.
        """
        with suppress(PublishError, BrokerUnavailableError):
            for _ in range(_ROUNDS):
                standing = self._table.standing(key)
                if standing is None or standing.settled:
                    self._owing.discard(key)
                if key not in self._owing:
                    return
                await self.put(key, self._table.value(key))

    async def settle_all(self) -> None:
        """Settle what others have left: a writer may die once it was ignored."""
        await self._table.ready()
        for key in self._table.unsettled():
            self._owing.add(key)
            await self.settle(key)

    async def keep_settled(self, clock: Clock) -> None:
        """Look for ever for what others have left, and settle it.

        What is new to a look is left to its writer, who may be about to do it.
        """
        known: set[bytes] = set()
        while True:
            await clock.sleep(LOOK_S)
            unsettled = set(self._table.unsettled())
            for key in unsettled & known:
                self._owing.add(key)
                await self.settle(key)
            known = unsettled

    async def _read_back(self, written: Written) -> None:
        try:
            async with asyncio.timeout(READ_BACK_S):
                await self._table.applied(written)
        except TimeoutError:
            raise BrokerUnavailableError(
                f"written to {written.topic}, but not read back"
                f" within {READ_BACK_S:.0f} s"
            ) from None
