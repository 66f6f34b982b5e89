"""From a record to an event that somebody wants."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from bus.contracts.codec import Schema, decode, parse_schema, split_frame
from bus.delivery.headers import build_event, read_attributes
from bus.errors import (
    ConfigurationError,
    DecodeError,
    RegistryUnavailableError,
    SchemaNotFoundError,
    undecodable,
)
from bus.event import Event
from bus.ports import Schemas
from bus.record import Record


class Events:
    """Decodes records of the wanted event types; each schema is fetched once."""

    def __init__(self, registry: Schemas, types: Collection[str]) -> None:
        self._registry = registry
        self._types = tuple(types)
        self._known: dict[int, Schema] = {}
        self._wanted: dict[str, bool] = {}

    async def decode(self, record: Record) -> Event | None:
        """The event of a record, None if its type is not wanted.

        Raises:
            DecodeError: It is no event, now or ever.
            RegistryUnavailableError: Its schema cannot be had now.
        """
        try:
            return await self._decode(record)
        except RegistryUnavailableError:
            raise
        except Exception as error:
            raise undecodable(error) from error

    async def _decode(self, record: Record) -> Event | None:
        attributes = read_attributes(record)
        if attributes.type is not None and not self._wants(attributes.type):
            return None
        schema_id, body = split_frame(record.value)
        schema = self._known.get(schema_id)
        if schema is None:
            schema = self._known[schema_id] = await self._fetch(schema_id)
        data = decode(schema, body)
        event = build_event(record, attributes, data, schema_id, schema.event_type)
        return event if self._wants(event.type) else None

    def _wants(self, event_type: str) -> bool:
        wanted = self._wanted.get(event_type)
        if wanted is None:
            wanted = any(fnmatchcase(event_type, pattern) for pattern in self._types)
            if len(self._wanted) < _REMEMBERED:
                self._wanted[event_type] = wanted
        return wanted

    async def _fetch(self, schema_id: int) -> Schema:
        try:
            found = await self._registry.by_id(schema_id)
            return parse_schema(found.text)
        except SchemaNotFoundError:
            raise DecodeError(
                f"the registry has no schema with id {schema_id}"
            ) from None
        except ConfigurationError as error:
            raise DecodeError(f"schema {schema_id} cannot be used: {error}") from None


_REMEMBERED = 10_000
