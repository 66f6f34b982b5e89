"""A record of a raw topic to parts: its source and channel known, large ones aside.

A partition waits for a channel that cannot be used, as all of its records would be
parked for it: it goes on once the channel is mended. What is large is converted in a
thread, so that others are not kept waiting.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from bus.intake.channels.definition import Channel
from bus.intake.converting import Converted, convert
from bus.intake.merging.identity import as_sent
from bus.intake.raw import Raw, read_raw
from bus.intake.sources import Source
from bus.ports import Clock
from bus.record import Record
from bus.topics.topology import Topology

LARGE = 256 * 1024
_LOOK_S = 1.0
_MOST_AHEAD = 16


class Sources(Protocol):
    """The sources as they are now."""

    def get(self, source_id: str) -> Source | None:
        """The source with this id, or None."""
        ...


class Channels(Protocol):
    """The channels as they can be used now."""

    def get(self, name: str) -> Channel | None:
        """The channel of this name, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A record, whose it is, and how it is read."""

    record: Record
    source: Source
    channel: Channel


@dataclass(frozen=True, slots=True)
class Read:
    """A submission, and what it comes to."""

    record: Record
    source: Source
    channel: Channel
    raw: Raw
    parts: tuple[Converted, ...]


class Reading:
    """Reads records of raw topics."""

    def __init__(
        self, sources: Sources, channels: Channels, topology: Topology, clock: Clock
    ) -> None:
        self._sources = sources
        self._channels = channels
        self._topology = topology
        self._clock = clock
        self._ahead: dict[tuple[str, int, int], Read] = {}

    def ready(self, record: Record) -> bool:
        """Whether it can be read at once."""
        if len(record.value or b"") <= LARGE:
            return self.known(record) is not None
        return _place(record) in self._ahead

    async def make_ready(self, record: Record) -> None:
        """Take one step towards it: wait for its channel, or convert it aside."""
        known = self.known(record)
        if known is None:
            await self._clock.sleep(_LOOK_S)
            return
        read = await asyncio.to_thread(read_parts, known)
        if len(self._ahead) >= _MOST_AHEAD:  # of partitions that went meanwhile
            self._ahead.pop(next(iter(self._ahead)))
        self._ahead[_place(record)] = read

    def read(self, record: Record) -> Read | None:
        """What it comes to; None where its source or channel is gone."""
        read = self._ahead.pop(_place(record), None)
        if read is not None:
            return read
        known = self.known(record)
        return None if known is None else read_parts(known)

    def known(self, record: Record) -> Known | None:
        """Whose it is and how it is read; None as long as that cannot be said."""
        name = self._topology.parse_raw_topic(record.topic)
        source = self._sources.get(name) if name else None
        channel = self._channels.get(source.channel) if source else None
        if source is None or channel is None:
            return None
        return Known(record, source, channel)


def read_parts(known: Known) -> Read:
    """Convert a record by its channel. Never raises."""
    record, source = known.record, known.source
    raw = as_sent(read_raw(record), source, record.headers)
    parts = convert(known.channel, raw.submission)
    return Read(record, source, known.channel, raw, parts)


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset
