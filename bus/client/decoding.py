"""From a record to an event that somebody wants."""

import asyncio
from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import NamedTuple

from bus.client.typed import TypedSchemas
from bus.contracts.framing import named, split
from bus.contracts.writers import Writer, parse_writer, read
from bus.delivery.attributes import read_attributes
from bus.delivery.headers import build_event
from bus.delivery.patience import Patience
from bus.delivery.structured import is_json, open_json
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


class SchemaWaitsError(RegistryUnavailableError):
    """The registry refuses one schema for now: its partition waits, others go on."""


class _Known(NamedTuple):
    id: int
    writer: Writer


class Events:
    """Decodes records of the wanted event types; each schema is fetched once."""

    def __init__(self, registry: Schemas, types: Collection[str]) -> None:
        self._registry = registry
        self._typed = TypedSchemas(registry)
        self._types = tuple(types)
        self._known: dict[SchemaRef, _Known] = {}
        self._patience = Patience()
        self._refusals: dict[SchemaRef, tuple[str, float]] = {}
        self._wanted: dict[str, bool] = {}

    async def decode(self, record: Record) -> Event | None:
        """The event of a record, None if its type is not wanted.

        Raises:
            DecodeError: It is no event, now or ever.
            SchemaWaitsError: The registry refuses its schema and gives others.
            RegistryUnavailableError: Its schema cannot be had now.
        """
        try:
            return await self._decode(record)
        except RegistryUnavailableError:
            raise
        except Exception as error:
            raise undecodable(error) from error

    async def _decode(self, record: Record) -> Event | None:
        opened = open_json(record) if is_json(record) else None
        attributes = opened.attributes if opened else read_attributes(record)
        if attributes.type is not None and not self._wants(attributes.type):
            return None
        if opened is not None:
            return await self._typed.event(record, opened)
        ref, body = split(record)
        known = self._known.get(ref)
        if known is None:
            known = self._known[ref] = await self._fetch(ref)
        schema, data = read(known.writer, body)
        event = build_event(record, attributes, data, known.id, schema.event_type)
        return event if self._wants(event.type) else None

    def _wants(self, event_type: str) -> bool:
        wanted = self._wanted.get(event_type)
        if wanted is None:
            wanted = any(fnmatchcase(event_type, pattern) for pattern in self._types)
            if len(self._wanted) < _REMEMBERED:
                self._wanted[event_type] = wanted
        return wanted

    async def _fetch(self, ref: SchemaRef) -> _Known:
        now = asyncio.get_running_loop().time()
        why, until = self._refusals.get(ref, ("", 0.0))
        if now < until:
            raise DecodeError(why)
        try:
            found = await self._registry.by_id(ref)
            known = _Known(found.id, parse_writer(found.text))
        except SchemaNotFoundError:
            why = f"the registry has no schema with {named(ref)}"
            raise DecodeError(why) from None
        except ConfigurationError as error:
            why = f"schema {named(ref)} cannot be used: {error}"
            raise DecodeError(why) from None
        except RegistryUnavailableError as error:
            raise await self._judged(ref, error, now) from None
        self._patience.settled(ref)
        return known

    async def _judged(
        self, ref: SchemaRef, error: RegistryUnavailableError, asked_at: float
    ) -> Exception:
        """Is the registry away, or does it refuse this schema alone?"""
        if not await self._registry.answers(ref):
            self._patience.away(ref)
            return error
        if self._patience.refused(ref, asked_at) > 0:
            return SchemaWaitsError(str(error))
        why = f"the registry does not give schema {named(ref)}: {error}"
        if len(self._refusals) >= _REMEMBERED:
            self._refusals.clear()
        self._refusals[ref] = (why, asked_at + self._patience.again_s)
        return DecodeError(why)


_REMEMBERED = 10_000
