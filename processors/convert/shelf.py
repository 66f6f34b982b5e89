"""The channels in use, read anew when their files change.

A faulty version never takes the place of one that works: that one stays, and it is said
which file and line is wrong.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from bus.intake.channels.definition import Channel
from bus.ports import Clock, Observer
from processors.telemetry import convert_names as names

LOOK_S = 2.0


class Folder(Protocol):
    """Where channels stand. A faulty one is as it last was without fault."""

    @property
    def problems(self) -> Mapping[str, Sequence[str]]:
        """What is wrong with those that were read, by name."""
        ...

    def get(self, name: str) -> Channel | None:
        """The channel as it can be used now, read again if its files have changed."""
        ...

    def missing(self, name: str) -> str:
        """Why there is no channel of this name, and which there are."""
        ...


class Shelf:
    """Channels by name; looked at every two seconds, not for every record.

    Args:
        folder: Where they stand.
        wanted: The names of those in use; asked at every look.
    """

    def __init__(
        self,
        folder: Folder,
        wanted: Callable[[], Collection[str]],
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._folder = folder
        self._wanted = wanted
        self._clock = clock
        self._observer = observer
        self._channels: dict[str, Channel] = {}
        self._faults: dict[str, str] = {}
        observer.gauge(names.FAULTY, lambda: dict.fromkeys(self._faults, 1.0))

    def get(self, name: str) -> Channel | None:
        """The channel, read now if it never was; None: it cannot be used."""
        found = self._channels.get(name)
        if found is None and name not in self._faults:
            self._look_at(name)
            found = self._channels.get(name)
        return found

    def said(self) -> str | None:
        """None, or which channel cannot be used as it stands, and why."""
        return "; ".join(self._faults.values()) or None

    def look(self) -> None:
        """Read those anew whose files have changed."""
        for name in sorted({*self._wanted(), *self._channels}):
            self._look_at(name)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._clock.sleep(LOOK_S)
            self.look()

    def _look_at(self, name: str) -> None:
        before, now = self._channels.get(name), self._folder.get(name)
        if now is not None:
            self._channels[name] = now
        self._judge(name, self._fault(name, now))
        if now is not None and (before is None or before.version != now.version):
            self._observer.note(names.CHANNEL_LOADED, channel=name, version=now.version)

    def _fault(self, name: str, now: Channel | None) -> str | None:
        problems = self._folder.problems.get(name)
        if problems:
            return problems[0]
        return self._folder.missing(name) if now is None else None

    def _judge(self, name: str, fault: str | None) -> None:
        if fault is None:
            self._faults.pop(name, None)
            return
        told = f"{name}: {fault}"
        if self._faults.get(name) != told:
            self._faults[name] = told
            kept = self._channels.get(name)
            version = kept.version if kept else "none"
            self._observer.note(
                names.CHANNEL_FAULTY, channel=name, why=fault, in_use=version
            )
