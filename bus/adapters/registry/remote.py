"""Any registry that speaks Confluent's REST interface, by its URL.

Confluent, Karapace, Apicurio (`/apis/ccompat/v7`), Redpanda, and our own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import stamina
from confluent_kafka.schema_registry import AsyncSchemaRegistryClient, Schema

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.errors import CLIENT_ERRORS, retriable, translated
from bus.errors import ConfigurationError, SchemaNotFoundError
from bus.ports import SchemaText

T = TypeVar("T")

_RESOLVED = "resolved"


class RegistrySchemas:
    """The port `Schemas` on a registry behind HTTP.

    A schema that was read once is kept for good: what an id stands for never changes.
    """

    def __init__(self, connection: RegistryConnection) -> None:
        self._attempts = connection.attempts
        self._known: dict[int, SchemaText] = {}
        self._reading: dict[int, asyncio.Task[SchemaText]] = {}
        try:
            self._client = AsyncSchemaRegistryClient(dict(connection.client_settings()))
        except (OSError, ValueError, TypeError) as error:
            # Files that are not there or hold no certificate or key.
            raise ConfigurationError(f"registry: {error}") from None

    async def by_id(self, schema_id: int) -> SchemaText:
        """The schema with this id, all it refers to written into it.

        Raises:
            SchemaNotFoundError: The registry says there is none.
            RegistryUnavailableError: It said nothing usable; try again.
        """
        known = self._known.get(schema_id)
        if known:
            return known
        reading = self._reading.get(schema_id)
        if reading is None:
            reading = asyncio.create_task(self._read(schema_id))
            self._reading[schema_id] = reading
            reading.add_done_callback(lambda task: self._let_go(schema_id, task))
        # Others may wait for the same answer: one who is cancelled leaves it to them.
        return await asyncio.shield(reading)

    async def register(self, subject: str, text: str) -> int:
        """Register a schema under a subject; return its id, old or new.

        Raises:
            IncompatibleSchemaError: With the reasons.
            InvalidSchemaError: It is no schema to the registry.
            RegistryUnavailableError: Try again.
        """
        schema = Schema(text, "AVRO")
        return await self._ask(
            lambda: self._client.register_schema(subject, schema), subject
        )

    async def versions(self, subject: str) -> Sequence[tuple[str, str]]:
        """All versions of a subject as (label, complete text), oldest first.

        Raises:
            RegistryUnavailableError: Try again.
        """
        try:
            numbers = await self._ask(lambda: self._client.get_versions(subject))
            return [
                (f"version {number}", await self._version(subject, number))
                for number in sorted(numbers)
            ]
        except SchemaNotFoundError:
            return []

    async def close(self) -> None:
        """Close the connections."""
        for task in self._reading.values():
            task.cancel()
        await self._client.aclose()

    async def _version(self, subject: str, number: int) -> str:
        found = await self._ask(
            lambda: self._client.get_version(subject, number, fmt=_RESOLVED)
        )
        return str(found.schema.schema_str)

    async def _read(self, schema_id: int) -> SchemaText:
        schema = await self._ask(lambda: self._client.get_schema(schema_id))
        if schema.references:
            # What the client holds by id alone is not complete.
            schema = await self._ask(lambda: self._resolved(schema_id))
        if not schema.schema_str:
            raise SchemaNotFoundError(f"schema {schema_id} has no text")
        return SchemaText(schema_id, schema.schema_str)

    async def _resolved(self, schema_id: int) -> Schema:
        places = await self._client.get_schema_versions(schema_id, deleted=True)
        place = places[0]
        found = await self._client.get_version(
            str(place.subject), place.version or "latest", deleted=True, fmt=_RESOLVED
        )
        return found.schema

    async def _ask(self, call: Callable[[], Awaitable[T]], subject: str = "") -> T:
        try:
            async for attempt in stamina.retry_context(
                on=retriable, attempts=self._attempts, timeout=None, wait_max=2.0
            ):
                with attempt:
                    return await call()
        except CLIENT_ERRORS as error:
            raise translated(error, subject) from None
        raise AssertionError("stamina gave no attempt")  # pragma: no cover

    def _let_go(self, schema_id: int, task: asyncio.Task[SchemaText]) -> None:
        self._reading.pop(schema_id, None)
        if not task.cancelled() and task.exception() is None:
            self._known[schema_id] = task.result()
