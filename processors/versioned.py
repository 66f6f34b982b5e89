"""Configuration topics: followed with their versions, written so that one change wins.

See `bus.versions` for what a version is and which record stands.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, TypeAlias
from weakref import WeakValueDictionary

from bus.errors import (
    BrokerUnavailableError,
    ConflictError,
    OrderbusError,
    PublishError,
)
from bus.ports import Clock, LogReader, Publisher
from bus.record import Headers, Message, Record, Written
from bus.versions import Standing, read_to_header, take, version_of
from processors.following import Follower

READ_BACK_S = 10.0
LOOK_S = 60.0
"""How often somebody looks for what a writer has left that died."""
INSIST_S = 10.0
"""How long a change is made again and again, each time on top of another's."""
LET_IN_S = 1.0
"""How long a writer that has won waits for those whose records were ignored."""
_PAUSE_S, _LONGEST_PAUSE_S = 0.01, 0.2
_ROUNDS = 5


class Seen(NamedTuple):
    """A record of a key: whether it stood when it came, and was all settled then."""

    offset: int
    stands: bool
    settled: bool


class Wanted(NamedTuple):
    """What somebody wants to stand under a key; None: nothing."""

    value: bytes | None


Anew: TypeAlias = Callable[[], Wanted | None]
"""Makes a change on top of what stands now; None: it changes nothing."""


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

    def is_settled(self, key: bytes) -> bool:
        """Whether the newest record of a key says what stands, or there is none."""
        standing = self.standing(key)
        return standing is None or standing.settled

    async def settled(self, key: bytes) -> None:
        """Return once it does.

        Raises:
            OrderbusError: nobody follows the topic any more.
        """
        await self._until(lambda: self.is_settled(key))

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
    """Writes to a configuration topic on top of what stands in `table`.

    Who wins reads it first, and would be a step ahead for ever. So a writer that sees
    that others were ignored lets them in before its next change; one that was ignored
    itself waits for nobody.
    """

    def __init__(
        self, publisher: Publisher, table: VersionedFollower, clock: Clock
    ) -> None:
        self._publisher = publisher
        self._table = table
        self._clock = clock
        self._owing: set[bytes] = set()
        self._beaten: set[bytes] = set()
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def insist(self, key: bytes, anew: Anew) -> None:
        """Write what `anew` makes until it stands; all others then read the same.

        Changes of one key are made one after the other here. `anew` is called again
        whenever somebody else's change came first, and may raise what it likes.

        Raises:
            ConflictError: others came first for `INSIST_S`.
            PublishError, BrokerUnavailableError: as `put` does.
        """
        async with self._turns.setdefault(key, asyncio.Lock()):
            await self._table.ready()
            try:
                await self._until_it_stands(key, anew)
            finally:
                await self.settle(key)

    async def _until_it_stands(self, key: bytes, anew: Anew) -> None:
        began, lost = self._clock.monotonic(), 0
        while True:
            await self._let_in(key)
            wanted = anew()
            if wanted is None or await self.put(key, wanted.value):
                if key in self._owing:  # maybe somebody ignored settles it
                    await self._let_in(key)
                return
            if self._clock.monotonic() - began >= INSIST_S:
                raise ConflictError(
                    f"others keep changing {key.decode(errors='replace')}; try again"
                )
            if lost:  # against one that lets nobody in, not as fast as we can
                await self._clock.sleep(min(_PAUSE_S * 2**lost, _LONGEST_PAUSE_S))
            lost += 1

    async def _let_in(self, key: bytes) -> None:
        """After a win, wait a moment for those who were ignored."""
        if key in self._beaten or self._table.is_settled(key):
            return
        settled = asyncio.create_task(self._settled(key))
        moment = asyncio.create_task(self._clock.sleep(LET_IN_S))
        try:
            await asyncio.wait((settled, moment), return_when=asyncio.FIRST_COMPLETED)
        finally:
            settled.cancel()
            moment.cancel()

    async def _settled(self, key: bytes) -> None:
        with suppress(OrderbusError):  # who writes next hears it
            await self._table.settled(key)

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
        (self._beaten.discard if stands else self._beaten.add)(key)
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
                if self._table.is_settled(key):
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

    async def keep_settled(self) -> None:
        """Look for ever for what others have left, and settle it.

        What is new to a look is left to its writer, who may be about to do it.
        """
        known: set[bytes] = set()
        while True:
            await self._clock.sleep(LOOK_S)
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
