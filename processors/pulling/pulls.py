"""All that is pulled: a task for each source that declares it, so that none waits.

The process that reads the first partition of a source's raw topic does it. While that
goes from one process to another both may; what comes twice is a repeat to convert.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from bus.errors import OrderbusError
from bus.intake.channels.definition import Channel
from bus.intake.fetching.template import MissingError
from bus.intake.parsing.tree import UnparsableError
from bus.intake.pulling.declared import FolderPull, ListPull, QueuePull
from bus.intake.pulling.reading import UnusableError
from bus.intake.sources import Source, State
from bus.ports import Clock, Observer
from processors.collecting.rounds import Rounds, Tools
from processors.convert.failed import FailedError
from processors.pulling.files import FolderReader
from processors.pulling.lists import ListReader, Pulling
from processors.pulling.ports import Queue, ServedFolder
from processors.pulling.queues import QueueReader
from processors.telemetry import convert_names as names
from processors.telemetry.names import BUG

_Look: TypeAlias = Callable[[], Awaitable[int]]
_LOOK_S = 1.0
_AFTER_FAILURE_S = 15.0
_EXPECTED = (
    UnusableError,
    UnparsableError,
    MissingError,
    FailedError,
    OrderbusError,
)


class Sources(Protocol):
    """The sources there are."""

    def all(self) -> Sequence[Source]:
        """All of them."""
        ...


class Channels(Protocol):
    """The channels as they can be used now."""

    def get(self, name: str) -> Channel | None:
        """The channel of this name, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PullParts:
    """What pulling works with.

    `reads` says whether a source is this process's, `queue_of` and `folder_of` open its
    queue and its folder; `tools` take files.
    """

    sources: Sources
    channels: Channels
    pulling: Pulling
    queue_of: Callable[[Source], Queue]
    folder_of: Callable[[Source], ServedFolder]
    tools: Tools
    clock: Clock
    observer: Observer
    reads: Callable[[str], bool]


class Pulls:
    """Reads all lists and queues, until it is cancelled."""

    def __init__(self, parts: PullParts) -> None:
        self._parts = parts
        self._tasks: dict[str, tuple[Source, Channel, asyncio.Task[None]]] = {}
        self._troubles: dict[str, str] = {}

    async def run(self) -> None:
        """Look once a second which there are."""
        try:
            while True:
                self.turn()
                await self._parts.clock.sleep(_LOOK_S)
        finally:
            for source in list(self._tasks):
                self._end(source)

    def turn(self) -> None:
        """Begin what is to be pulled and is not, end what is no more, or otherwise."""
        wanted = {one.id: one for one in self._parts.sources.all() if self._is(one)}
        for source_id, (source, channel, task) in list(self._tasks.items()):
            now = self._parts.channels.get(channel.name)
            if wanted.get(source_id) != source or now is not channel or task.done():
                self._end(source_id)
        for source_id, source in wanted.items():
            found = self._parts.channels.get(source.channel)
            if found is not None and source_id not in self._tasks:
                work = self._pull(source, found)
                task = asyncio.create_task(work, name=f"pulling {source_id}")
                self._tasks[source_id] = source, found, task

    def trouble(self) -> str | None:
        """What cannot be read, for people; None: nothing."""
        told = [f"{source}: {why}" for source, why in sorted(self._troubles.items())]
        return "; ".join(told) or None

    # ------------------------------------------------ steps

    def _is(self, source: Source) -> bool:
        is_meant = source.pull is not None and source.fetch is not None
        active = source.state is State.ACTIVE
        return is_meant and active and self._parts.reads(source.id)

    def _end(self, source_id: str) -> None:
        *_, task = self._tasks.pop(source_id)
        task.cancel()
        self._troubles.pop(source_id, None)

    async def _pull(self, source: Source, channel: Channel) -> None:
        """Look again and again; what fails is told once, and tried again."""
        opened: list[QueueReader | FolderReader] = []
        look, pause_s = self._look_of(source, channel, opened)
        try:
            while True:
                why = await self._looked(look)
                self._tell(source.id, why)
                wait_s = pause_s if why is None else max(pause_s, _AFTER_FAILURE_S)
                await self._parts.clock.sleep(wait_s)
        finally:
            for one in opened:
                await one.close()

    def _look_of(
        self,
        source: Source,
        channel: Channel,
        opened: list[QueueReader | FolderReader],
    ) -> tuple[_Look, float]:
        """What looks once, and how long to wait after it."""
        parts, pull, fetch = self._parts, source.pull, source.fetch
        if isinstance(pull, ListPull) and fetch is not None:
            of_list = ListReader(source, channel, pull, fetch)
            return partial(of_list.look, parts.pulling), pull.every_s

        async def look() -> int:
            if not opened:
                opened.append(self._opened(source, channel))
            return await opened[0].look()

        pause_s = pull.every_s if isinstance(pull, FolderPull) else 0.0
        return look, pause_s

    def _opened(self, source: Source, channel: Channel) -> QueueReader | FolderReader:
        """What reads a queue or a folder, each with a client of its own.

        Raises:
            QueueError, FolderError: what it needs is not installed.
        """
        parts = self._parts
        match source.pull:
            case QueuePull() as pull:
                queue = parts.queue_of(source)
                keeping = parts.pulling.keeping
                return QueueReader(source, channel, pull, queue, keeping)
            case FolderPull(settle_s=settle_s):
                folder = parts.folder_of(source)
                rounds = Rounds(folder, parts.tools, settle_s)
                return FolderReader(source, channel, rounds, folder)
            case _:
                raise TypeError(f"{source.id} declares nothing to be pulled")

    async def _looked(self, look: _Look) -> str | None:
        """Look once; why it could not be, or None."""
        try:
            await look()
        except _EXPECTED as error:
            return str(error).replace("\n", "; ") or type(error).__name__
        except Exception as error:  # noqa: BLE001 - a bug keeps one source, no other
            self._parts.observer.note(BUG, why=repr(error), exc_info=error)
            return type(error).__name__
        return None

    def _tell(self, source: str, why: str | None) -> None:
        """Note a trouble when it comes, and when it has gone."""
        before = self._troubles.get(source)
        if why is None:
            self._troubles.pop(source, None)
            if before is not None:
                self._parts.observer.note(names.PULLED_BACK, source=source)
        else:
            self._troubles[source] = why
            if before != why:
                self._parts.observer.note(names.NOT_PULLED, source=source, why=why)
