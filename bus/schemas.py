"""The port to a schema registry: what readers and writers of events need of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bus.record import SchemaRef


@dataclass(frozen=True, slots=True)
class SchemaText:
    """A writer's schema as the registry holds it; id 0: it did not say."""

    id: int
    text: str


class Schemas(Protocol):
    """The registry, as readers and writers of events need it."""

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """The schema with this id, or this GUID; answers or raises in bounded time.

        Raises:
            SchemaNotFoundError: the registry says there is none.
            RegistryUnavailableError: it said nothing usable; try again.
        """
        ...

    async def answers(self, besides: SchemaRef) -> bool:
        """Whether it gives some other schema now.

        Then what it says of this one is about this one alone; otherwise the registry
        is away, or refuses us. Never raises.
        """
        ...

    async def by_type(self, topic: str, event_type: str) -> Sequence[SchemaText]:
        """The schemas of an event type on a topic, newest first; none: no error.

        They are those of all versions, with this `event_type`, of the subjects that
        begin with the topic and a dash.

        Raises:
            RegistryUnavailableError: it said nothing usable; try again.
        """
        ...

    async def register(self, subject: str, text: str) -> int:
        """Register a schema under a subject; return its id, old or new.

        Raises:
            IncompatibleSchemaError: with the reasons.
            RegistryUnavailableError: try again.
        """
        ...
