"""The watch over all folders: each source for itself, until it is told to stop."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from bus.errors import OrderbusError
from bus.intake.channels.definition import Channel
from bus.intake.pulling.declared import FolderPull
from bus.intake.sources import Source, State
from bus.ports import Clock, Observer
from processors.collecting.answers import Answers
from processors.collecting.ports import Folder
from processors.collecting.rounds import Meant, Rounds, Tools, why_of
from processors.collecting.taking import Taker
from processors.telemetry import intake_names as names
from processors.telemetry.names import BUG

_AT_ONCE = 2
"""Files that are read at the same time: each is in memory as a whole."""


class Sources(Protocol):
    """The sources there are."""

    def all(self) -> Sequence[Source]:
        """All of them."""
        ...

    def get(self, source_id: str) -> Source | None:
        """One of them."""
        ...


class FolderWatch:
    """Looks into the folder of every source that is active, every `look_s` seconds.

    `folder_of` gives a source's folder; `channel_of` its channel, None: it is faulty.
    """

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        sources: Sources,
        channel_of: Callable[[str], Channel | None],
        folder_of: Callable[[str], Folder],
        taker: Taker,
        clock: Clock,
        observer: Observer,
        look_s: float,
        settle_s: float,
        answers: Answers | None = None,
    ) -> None:
        self._sources = sources
        self._channel_of = channel_of
        self._folder_of = folder_of
        turns = asyncio.Semaphore(_AT_ONCE)
        self._tools = Tools(taker, clock, observer, turns, answers)
        self._clock = clock
        self._observer = observer
        self._look_s = look_s
        self._settle_s = settle_s
        self._rounds: dict[str, Rounds] = {}
        self._troubles: dict[str, str] = {}

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await self.round()
            await self._clock.sleep(self._look_s)

    async def round(self) -> None:
        """Look into each folder once; one that cannot be used keeps no other."""
        sources = self._sources.all()
        self._forget({source.id for source in sources})
        await asyncio.gather(*(self._of(one) for one in sources if _takes(one)))

    def trouble(self) -> str | None:
        """What keeps files from being taken, for people; None: nothing."""
        told = [f"{source}: {why}" for source, why in sorted(self._troubles.items())]
        return "; ".join(told) or None

    async def _of(self, source: Source) -> None:
        rounds = self._rounds.get(source.id)
        if rounds is None:
            folder = self._folder_of(source.id)
            rounds = Rounds(folder, self._tools, self._settle_s)
            self._rounds[source.id] = rounds
        channel = self._channel_of(source.channel)
        why: str | None = None
        if channel is None:
            why = f"its channel {source.channel} is faulty, or not there"
        else:
            try:
                meant = Meant(source, channel)
                await rounds.go(meant, lambda: self._still(source.id))
                if not isinstance(source.pull, FolderPull):  # else it lies there
                    await rounds.answer(meant)
            except OrderbusError as error:
                why = why_of(error)
            except Exception as error:  # noqa: BLE001 - a bug keeps one folder, no other
                why = type(error).__name__
                self._observer.note(BUG, why=repr(error), exc_info=error)
        self._tell(source.id, why)

    def _still(self, source_id: str) -> bool:
        """Whether the source is still to be served."""
        source = self._sources.get(source_id)
        return source is not None and _takes(source)

    def _tell(self, source: str, why: str | None) -> None:
        """Note a trouble when it comes, and when it has gone."""
        before = self._troubles.get(source)
        if why is None:
            self._troubles.pop(source, None)
            if before is not None:
                self._observer.note(names.FOLDER_BACK, source=source)
        else:
            self._troubles[source] = why
            if before != why:
                self._observer.note(names.FOLDER_FAILS, source=source, why=why)

    def _forget(self, known: set[str]) -> None:
        for gone in set(self._rounds) - known:
            del self._rounds[gone]
            self._troubles.pop(gone, None)


def _takes(source: Source) -> bool:
    return source.state is State.ACTIVE
