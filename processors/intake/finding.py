"""Which source an address names; to find one takes as long as to find none."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from bus.intake.channels.definition import Channel
from bus.intake.sources import Source, State, opens, parse_source, path_digest
from bus.ports import Clock
from processors.intake.gates import Gate
from processors.sources.table import SourceTable

_PATH = re.compile(r"/in/([a-z0-9][a-z0-9-]{1,62})(?:/([A-Za-z0-9_-]{1,200}))?/?")
_NOBODY = parse_source(
    {
        "id": "nobody",
        "channel": "none",
        "path_secret": path_digest("nobody", "something that nobody sends"),
    }
)


class Found(NamedTuple):
    """A source that is open, its gate, and its channel; None: that one is faulty."""

    source: Source
    gate: Gate
    channel: Channel | None


class Finder:
    """Finds sources by the path of a request.

    A source that is not there, one that is paused and one whose path secret is another
    are the same to whoever asks.
    """

    def __init__(
        self,
        table: SourceTable,
        channel_of: Callable[[str], Channel | None],
        clock: Clock,
        partitions: int = 1,
    ) -> None:
        """`partitions` are those of each source's topic."""
        self._partitions = partitions
        self._table = table
        self._channel_of = channel_of
        self._clock = clock
        self.gates: dict[str, Gate] = {}
        table.on_change(self._changed)

    def find(self, path: str) -> Found | None:
        """The source at a path, as it stands in the request."""
        match = _PATH.fullmatch(path)
        name, secret = (match[1], match[2] or "") if match else ("", "")
        source = self._table.get(name) or _NOBODY
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        opened = opens(source, secret, now)
        active = source.state is State.ACTIVE and source is not _NOBODY
        if not (opened and active):
            return None
        return self.of(source)

    def of(self, source: Source) -> Found:
        """A source with what belongs to it."""
        return Found(source, self.gate(source), self._channel_of(source.channel))

    def gate(self, source: Source) -> Gate:
        """Its gate, made when somebody comes first."""
        gate = self.gates.get(source.id)
        if gate is None:
            gate = self.gates[source.id] = Gate(source, self._clock, self._partitions)
        return gate

    def away(self) -> float:
        """Of how many sources Kafka does not take all now."""
        return float(sum(gate.outages.any for gate in self.gates.values()))

    def _changed(self, old: Source | None, new: Source | None) -> None:
        if new is not None and new.id in self.gates:
            self.gates[new.id].change(new)
        elif new is None and old is not None:
            self.gates.pop(old.id, None)
