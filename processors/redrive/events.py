"""From a record's bytes to its event, for commands: nothing is waited for."""

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
    """Decodes records; a schema is fetched once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[int, Schema | str] = {}

    async def of(self, record: Record) -> Event:
        """Turn a record into its event.

        Raises:
            DecodeError: it cannot be decoded, now or later; says why.
            RegistryUnavailableError: the registry gave no usable answer.
        """
        try:
            attributes = read_attributes(record)
            schema_id, body = split_frame(record.value)
            schema = await self.schema(schema_id)
            data = decode(schema, body)
            return build_event(record, attributes, data, schema_id, schema.event_type)
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
            attributes = read_attributes(record)
            if attributes.type and attributes.subject:
                return build_event(record, attributes, {}, 0, None)
        except Exception as error:
            raise undecodable(error) from error
        return await self.of(record)

    async def schema(self, schema_id: int) -> Schema:
        """Return the schema with this id.

        Raises:
            DecodeError: there is none, or none that can be used.
            RegistryUnavailableError: the registry gave no usable answer.
        """
        known = self._known.get(schema_id)
        if known is None:
            known = self._known[schema_id] = await self._fetch(schema_id)
        if isinstance(known, str):
            raise DecodeError(known)
        return known

    async def _fetch(self, schema_id: int) -> Schema | str:
        try:
            return parse_schema((await self._schemas.by_id(schema_id)).text)
        except SchemaNotFoundError:
            return f"the registry has no schema with id {schema_id}"
        except ConfigurationError as error:
            return f"schema {schema_id} cannot be used: {error}"
