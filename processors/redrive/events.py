"""From a record's bytes to its event, for commands: nothing is waited for."""

from typing import NamedTuple

from bus.client.typed import TypedSchemas
from bus.contracts.codec import Schema
from bus.contracts.framing import named, split
from bus.contracts.writers import Writer, parse_writer, read
from bus.delivery.attributes import read_attributes
from bus.delivery.headers import build_event
from bus.delivery.structured import attributes_in, is_json, open_json
from bus.errors import (
    ConfigurationError,
    DecodeError,
    RegistryUnavailableError,
    SchemaNotFoundError,
    undecodable,
)
from bus.event import Event
from bus.ports import Schemas
from bus.record import Record, SchemaRef


class _Known(NamedTuple):
    id: int
    writer: Writer


class Events:
    """Decodes records; a schema is fetched once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._typed = TypedSchemas(schemas)
        self._known: dict[SchemaRef, _Known | str] = {}

    async def of(self, record: Record) -> Event:
        """Turn a record into its event.

        Raises:
            DecodeError: it cannot be decoded, now or later; says why.
            RegistryUnavailableError: the registry gave no usable answer.
        """
        try:
            if is_json(record):
                return await self._typed.event(record, open_json(record))
            attributes = read_attributes(record)
            ref, body = split(record)
            known = await self._known_as(ref)
            schema, data = read(known.writer, body)
            return build_event(record, attributes, data, known.id, schema.event_type)
        except RegistryUnavailableError:
            raise
        except Exception as error:
            raise undecodable(error) from error

    async def outline(self, record: Record) -> Event:
        """Turn a record into its event, without data where its headers suffice.

        Raises:
            DecodeError, RegistryUnavailableError: as `of`.
        """
        try:
            attributes = attributes_in(record)
            if attributes.type and attributes.subject:
                return build_event(record, attributes, {}, 0, None)
        except Exception as error:
            raise undecodable(error) from error
        return await self.of(record)

    async def schema(self, ref: SchemaRef) -> Schema:
        """Return the schema with this id or GUID.

        Raises:
            DecodeError: there is none, none that can be used, or the registry gives
                others and refuses this one.
            RegistryUnavailableError: the registry gave no usable answer.
        """
        return (await self._known_as(ref)).writer.branches[0]

    async def _known_as(self, ref: SchemaRef) -> _Known:
        known = self._known.get(ref)
        if known is None:
            known = self._known[ref] = await self._fetch(ref)
        if isinstance(known, str):
            raise DecodeError(known)
        return known

    async def _fetch(self, ref: SchemaRef) -> _Known | str:
        try:
            found = await self._schemas.by_id(ref)
            return _Known(found.id, parse_writer(found.text))
        except SchemaNotFoundError:
            return f"the registry has no schema with {named(ref)}"
        except ConfigurationError as error:
            return f"schema {named(ref)} cannot be used: {error}"
        except RegistryUnavailableError as error:
            # One record must not end a command; a registry that is away does.
            if await self._schemas.answers(ref):
                return f"the registry does not give schema {named(ref)}: {error}"
            raise
