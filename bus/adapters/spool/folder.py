"""The spool of one process: appended by many at once, taken out in order."""

import asyncio
import os
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bus.adapters.spool.segments import Segments
from bus.errors import SpoolError
from bus.intake.receiving.spooled import Damage, Frame, framed, frames
from bus.record import Message

SEGMENT_BYTES = 16 * 2**20
_MOST_TAKEN = 4 * 2**20

OnDamage = Callable[[str, int], None]
"""Hears of a source, and how many of its bytes could not be read."""


@dataclass(slots=True)
class _Held:
    """What is kept of one source."""

    segments: Segments
    coming: int = 0
    stored: int = 0
    path: Path | None = None
    loaded: deque[Frame] = field(default_factory=deque)
    damaged: int = 0

    @property
    def any(self) -> bool:
        return bool(self.coming or self.stored)


@dataclass(slots=True)
class _Waiting:
    source: str
    frame: bytes
    future: "asyncio.Future[None]"


class Spool:
    """What could not be written to Kafka, by source, in order; at most `most_bytes`.

    One event loop uses it; the disk is used in threads, one at a time.
    """

    def __init__(
        self,
        folder: Path,
        most_bytes: int,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        on_damage: OnDamage = lambda _source, _bytes: None,
    ) -> None:
        self.folder = folder
        self._most = most_bytes
        self._segment_bytes = segment_bytes
        self._on_damage = on_damage
        self._held: dict[str, _Held] = {}
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._disk = asyncio.Lock()
        self._lock: int | None = None
        for place in sorted(p for p in folder.iterdir() if p.is_dir()):
            held = self._of(place.name)
            held.stored = held.segments.size()

    def holds(self, source: str) -> bool:
        """Whether anything of a source is kept, or is about to be."""
        held = self._held.get(source)
        return held is not None and held.any

    def sources(self) -> list[str]:
        """Of which sources something is kept."""
        return [name for name, held in self._held.items() if held.any]

    @property
    def bytes(self) -> int:
        """How much is kept."""
        return sum(held.coming + held.stored for held in self._held.values())

    async def append(self, source: str, message: Message) -> None:
        """Keep a record; returns when the disk has it.

        Raises:
            SpoolError: there is no room, or the disk does not take it.
        """
        frame = framed(message)
        if self.bytes + len(frame) > self._most:
            raise SpoolError(f"the spool is full: it may have {self._most:,} bytes")
        held = self._of(source)
        held.coming += len(frame)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(source, frame, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all(), name="spool")
        await future

    async def take(self, source: str) -> Sequence[Message]:
        """The oldest that are kept of a source, some of them; none: there are none.

        They stay until `taken`. What is still on its way to the disk comes later.

        Raises:
            SpoolError: the disk does not give them.
        """
        held = self._of(source)
        try:
            async with self._disk:
                while not held.loaded and held.stored:
                    await asyncio.to_thread(self._load, held)
                    self._tell(source, held)
        except OSError as error:
            raise SpoolError(f"{source}: {error.strerror or error}") from None
        found: list[Message] = []
        size = 0
        for frame in held.loaded:
            size += len(frame.message.value or b"")
            if found and size > _MOST_TAKEN:
                break
            found.append(frame.message)
        return found

    async def taken(self, source: str, count: int) -> None:
        """So many of the oldest are in Kafka: forget them.

        Raises:
            SpoolError: the disk does not; they come once more.
        """
        held = self._of(source)
        last = [held.loaded.popleft() for _ in range(count)][-1:]
        try:
            async with self._disk:
                if last:
                    await asyncio.to_thread(self._forget, held, last[0].end)
        except OSError as error:
            raise SpoolError(f"{source}: {error.strerror or error}") from None

    async def put_aside(self, source: str) -> None:
        """Keep the oldest where nobody tries it any more: in `refused`.

        Raises:
            SpoolError: the disk does not take it.
        """
        held = self._of(source)
        if not held.loaded:
            return
        frame = framed(held.loaded[0].message)
        try:
            async with self._disk:
                await asyncio.to_thread(held.segments.put_aside, frame)
        except OSError as error:
            raise SpoolError(f"{source}: {error.strerror or error}") from None
        await self.taken(source, 1)

    async def close(self) -> None:
        """Let go of the files; what is kept stays."""
        if self._writing is not None:
            await self._writing
        for held in self._held.values():
            held.segments.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def own(self, lock: int) -> None:
        """Hold a lock until it is closed."""
        self._lock = lock

    # --- on the event loop

    def _of(self, source: str) -> _Held:
        held = self._held.get(source)
        if held is None:
            place = self.folder / source
            held = self._held[source] = _Held(Segments(place, self._segment_bytes))
        return held

    def _tell(self, source: str, held: _Held) -> None:
        if held.damaged:
            self._on_damage(source, held.damaged)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                async with self._disk:
                    failed = await asyncio.to_thread(self._write, batch)
                for one in batch:
                    self._settle(one, failed.get(one.source))
        finally:
            self._writing = None

    def _settle(self, one: _Waiting, why: str | None) -> None:
        held = self._of(one.source)
        held.coming -= len(one.frame)
        if why is None:
            held.stored += len(one.frame)
        if one.future.done():
            return
        if why is None:
            one.future.set_result(None)
        else:
            one.future.set_exception(SpoolError(f"{one.source}: {why}"))

    # --- in a thread

    def _write(self, batch: Sequence[_Waiting]) -> dict[str, str]:
        """Write all that waited, a file each; what failed, by source."""
        by_source: defaultdict[str, list[bytes]] = defaultdict(list)
        for one in batch:
            by_source[one.source].append(one.frame)
        failed: dict[str, str] = {}
        for source, pieces in by_source.items():
            try:
                self._held[source].segments.append(pieces)
            except OSError as error:
                failed[source] = error.strerror or str(error)
        return failed

    def _load(self, held: _Held) -> None:
        """Read the oldest file; one with nothing to read in it goes."""
        files = held.segments.files()
        if not files:
            held.stored = 0
            return
        held.path = path = files[0]
        content = held.segments.read(path)
        start = held.segments.position(path)
        for found in frames(content, start):
            if isinstance(found, Damage):
                held.damaged += found.end - found.start
            else:
                held.loaded.append(found)
        if not held.loaded:
            self._finish(held, path)

    def _forget(self, held: _Held, end: int) -> None:
        if held.path is None:
            return
        if held.loaded:
            held.segments.move_on(held.path, end)
        else:
            self._finish(held, held.path)

    def _finish(self, held: _Held, path: Path) -> None:
        held.segments.finish(path, damaged=held.damaged > 0)
        held.path, held.damaged = None, 0
        held.stored = held.segments.size()
