"""Events in JSON for those who read one at a time: schemas by the events' types."""

from collections.abc import Iterable
from contextlib import suppress

from bus.contracts.codec import parse_schema
from bus.delivery.structured import (
    Opened,
    TypeOnTopic,
    Version,
    event_of,
)
from bus.errors import ConfigurationError, DecodeError
from bus.event import Event
from bus.ports import Schemas, SchemaText
from bus.record import Record

_REMEMBERED = 10_000


class TypedSchemas:
    """The registry's schemas by event type, asked again when data fits none of them."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[TypeOnTopic, tuple[Version, ...]] = {}

    async def event(self, record: Record, opened: Opened) -> Event:
        """Return the event that a record in JSON holds.

        Raises:
            DecodeError: Its data fits no registered schema of its type.
            RegistryUnavailableError: The schemas cannot be had now.
        """
        known = self._known.get(opened.schema)
        if known is not None:
            with suppress(DecodeError):
                return event_of(record, opened, known)
        wanted = opened.schema
        texts = await self._schemas.by_type(wanted.topic, wanted.type)
        known = parsed_versions(texts)
        if known:  # a type that there is none of may be anything
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[wanted] = known
        return event_of(record, opened, known)


def parsed_versions(texts: Iterable[SchemaText]) -> tuple[Version, ...]:
    """Parse the versions of a type, in their order, but for those that are none."""
    found: list[Version] = []
    for text in texts:
        with suppress(ConfigurationError):
            found.append(Version(text.id, parse_schema(text.text)))
    return tuple(found)
