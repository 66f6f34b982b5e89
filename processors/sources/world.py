"""What the source commands and the API's source routes work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

from bus.errors import SourceNotFoundError, SourceStateError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.sources import Source
from bus.ports import Clock, Topics
from bus.topics.topology import Topology
from processors.access.trail import Trail
from processors.sources.table import SourceTable
from processors.sources.writer import SourceWriter


class Channels(Protocol):
    """The channels there are."""

    def names(self) -> Sequence[str]:
        """All of them, faulty ones as well."""
        ...

    def get(self, name: str) -> Channel | None:
        """One that nothing is wrong with; None if there is none such."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesWorld:
    """`table` is followed already, not necessarily caught up.

    `random_bytes` is a secure source.
    """

    table: SourceTable
    writer: SourceWriter
    topics: Topics
    topology: Topology
    channels: Channels
    trail: Trail
    clock: Clock
    random_bytes: Callable[[int], bytes]

    def by(self, actor: str, address: str) -> Self:
        """The same, what is done somebody else's: a request's sender."""
        trail = self.trail.of(actor, address)
        return replace(self, trail=trail, writer=self.writer.by(trail))


def find(world: SourcesWorld, source_id: str) -> Source:
    """The source with this id.

    Raises:
        SourceNotFoundError: there is none.
        SourceStateError: there is one, but its record cannot be read.
    """
    found = world.table.get(source_id)
    if found is not None:
        return found
    if (why := world.table.unreadable.get(source_id)) is not None:
        raise SourceStateError(source_id, f"its stored record cannot be read: {why}")
    known = [one.id for one in world.table.all()]
    raise SourceNotFoundError(f"no source {source_id}; {among(source_id, known)}")
