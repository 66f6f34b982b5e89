"""Any registry that speaks Confluent's REST interface, by its URL.

Confluent, Karapace, Apicurio (`/apis/ccompat/v7`), Redpanda, and our own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import stamina
from confluent_kafka.schema_registry import (
    AsyncSchemaRegistryClient,
    RegisteredSchema,
    Schema,
)

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.errors import CLIENT_ERRORS, retriable, translated
from bus.contracts.definition import is_of_type
from bus.errors import ConfigurationError, OrderbusError, SchemaNotFoundError
from bus.ports import SchemaText
from bus.record import SchemaRef

T = TypeVar("T")

_RESOLVED = "resolved"
_WHOLE_ANSWER = 1.5
"""How much longer an answer may take that comes byte by byte than one that hangs."""
_READ_ATTEMPTS = 2
_SOME_SUBJECTS = 5


class RegistrySchemas:
    """The port `Schemas` on a registry behind HTTP.

    A schema that was read once is kept for good: what an id stands for never changes.
    """

    def __init__(self, connection: RegistryConnection) -> None:
        self._attempts = connection.attempts
        self._within_s = connection.timeout_s * _WHOLE_ANSWER
        self._known: dict[SchemaRef, SchemaText] = {}
        self._versions: dict[tuple[str, int], SchemaText] = {}
        self._reading: dict[SchemaRef, asyncio.Task[SchemaText]] = {}
        self._registered = 0
        try:
            self._client = AsyncSchemaRegistryClient(dict(connection.client_settings()))
        except (OSError, ValueError, TypeError) as error:
            # Files that are not there or hold no certificate or key.
            raise ConfigurationError(f"registry: {error}") from None

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """The schema with this id or GUID, all it refers to written into it.

        Raises:
            SchemaNotFoundError: The registry says there is none.
            RegistryUnavailableError: It said nothing usable; try again.
        """
        known = self._known.get(ref)
        if known:
            return known
        reading = self._reading.get(ref)
        if reading is None:
            reading = asyncio.create_task(self._read(ref))
            self._reading[ref] = reading
            reading.add_done_callback(lambda task: self._let_go(ref, task))
        # Others may wait for the same answer: one who is cancelled leaves it to them.
        return await asyncio.shield(reading)

    async def answers(self, besides: SchemaRef) -> bool:
        """Whether it gives some other schema now; never raises."""
        try:
            other = await self._other(besides)
            if not other:
                return False
            # The client would answer from what it has read before.
            await self._forget()
            await self._ask(lambda: self._client.get_schema(other), attempts=1)
        except SchemaNotFoundError:
            return True
        except OrderbusError:
            return False
        return True

    async def register(self, subject: str, text: str) -> int:
        """Register a schema under a subject; return its id, old or new.

        Raises:
            IncompatibleSchemaError: With the reasons.
            InvalidSchemaError: It is no schema to the registry.
            RegistryUnavailableError: Try again.
        """
        schema = Schema(text, "AVRO")
        self._registered = await self._ask(
            lambda: self._client.register_schema(subject, schema), subject
        )
        return self._registered

    async def by_type(self, topic: str, event_type: str) -> Sequence[SchemaText]:
        """The schemas of an event type on a topic, newest first.

        Raises:
            RegistryUnavailableError: Try again.
        """
        prefix = f"{topic}-"
        subjects = await self._ask(lambda: self._client.get_subjects(prefix))
        found: dict[int, str] = {}
        for subject in subjects:
            if subject.startswith(prefix):
                found |= {held.id: held.text for held in await self._all_of(subject)}
        return [
            SchemaText(schema_id, found[schema_id])
            for schema_id in sorted(found, reverse=True)
            if is_of_type(found[schema_id], event_type)
        ]

    async def _all_of(self, subject: str) -> Sequence[SchemaText]:
        """Every version of a subject; what a number stands for never changes."""
        try:
            numbers = await self._ask(lambda: self._client.get_versions(subject))
            for number in numbers:
                if (subject, number) not in self._versions:
                    found = await self._ask(partial(self._numbered, subject, number))
                    text = found.schema.schema_str or ""
                    held = SchemaText(found.schema_id or 0, text)
                    self._versions[subject, number] = held
        except SchemaNotFoundError:
            return []  # deleted meanwhile
        return [self._versions[subject, number] for number in numbers]

    async def _numbered(self, subject: str, number: int) -> RegisteredSchema:
        return await self._client.get_version(subject, number, fmt=_RESOLVED)

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

    async def _other(self, besides: SchemaRef) -> int:
        """The id of a schema that the registry holds, 0 if none is found."""
        known = (i for i in (*self._known, self._registered) if isinstance(i, int))
        for other in known:
            if other not in {besides, 0}:
                return other
        await self._forget()
        subjects = await self._ask(
            lambda: self._client.get_subjects(limit=_SOME_SUBJECTS), attempts=1
        )
        for subject in subjects[:_SOME_SUBJECTS]:
            found = await self._latest(subject)
            if found != besides:
                return found
        return 0

    async def _forget(self) -> None:
        await self._client.clear_caches()  # type: ignore[no-untyped-call]

    async def _latest(self, subject: str) -> int:
        found = await self._ask(
            lambda: self._client.get_latest_version(subject), attempts=1
        )
        return found.schema_id or 0

    async def _read(self, ref: SchemaRef) -> SchemaText:
        if isinstance(ref, UUID):
            schema = await self._ask(
                lambda: self._client.get_schema_by_guid(str(ref), fmt=_RESOLVED),
                attempts=_READ_ATTEMPTS,
            )
            return SchemaText(0, _text(schema, ref))
        schema = await self._ask(
            lambda: self._client.get_schema(ref), attempts=_READ_ATTEMPTS
        )
        if schema.references:
            # What the client holds by id alone is not complete.
            schema = await self._ask(lambda: self._resolved(ref))
        return SchemaText(ref, _text(schema, ref))

    async def _resolved(self, schema_id: int) -> Schema:
        places = await self._client.get_schema_versions(schema_id, deleted=True)
        place = places[0]
        found = await self._client.get_version(
            str(place.subject), place.version or "latest", deleted=True, fmt=_RESOLVED
        )
        return found.schema

    async def _ask(
        self,
        call: Callable[[], Awaitable[T]],
        subject: str = "",
        attempts: int | None = None,
    ) -> T:
        tries = min(attempts or self._attempts, self._attempts)
        try:
            async for attempt in stamina.retry_context(
                on=retriable, attempts=tries, timeout=None, wait_max=2.0
            ):
                with attempt:
                    async with asyncio.timeout(self._within_s):
                        return await call()
        except CLIENT_ERRORS as error:
            raise translated(error, subject) from None
        raise AssertionError("stamina gave no attempt")  # pragma: no cover

    def _let_go(self, ref: SchemaRef, task: asyncio.Task[SchemaText]) -> None:
        self._reading.pop(ref, None)
        if not task.cancelled() and task.exception() is None:
            self._known[ref] = task.result()


def _text(schema: Schema, ref: SchemaRef) -> str:
    if not schema.schema_str:
        raise SchemaNotFoundError(f"schema {ref} has no text")
    return schema.schema_str
