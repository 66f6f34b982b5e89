"""The registry as programs of the same process use it, without a hop over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from bus.contracts.definition import is_of_type
from bus.contracts.framing import named
from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    RegistryUnavailableError,
    SchemaNotFoundError,
)
from bus.ports import SchemaText
from bus.record import SchemaRef
from bus.registry.admission import Candidate, Check, incompatibilities, register
from bus.registry.answers import Refused, complete_text, live
from bus.registry.log import SchemaLog
from bus.registry.records import Version
from processors.registry.journal import Journal


class LocalSchemas:
    """The port `Schemas` on the journal of this process."""

    def __init__(self, journal: Journal, check: Check) -> None:
        self._journal = journal
        self._check = check

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """The schema with this id or GUID, all it refers to written into it.

        Raises:
            SchemaNotFoundError: There is none.
            RegistryUnavailableError: The log cannot be read; try again.
        """
        held = await with_id(self._journal, ref)
        if not held:
            raise SchemaNotFoundError(f"no schema has {named(ref)}")
        text = complete_text(self._journal.log, held[0].content)
        if isinstance(text, Refused):
            raise SchemaNotFoundError(f"schema {named(ref)}: {text.message}")
        return SchemaText(held[0].id, text)

    async def answers(self, besides: SchemaRef) -> bool:
        """No: what it does not know it says, and all else is true of all schemas."""
        del besides
        return False

    async def register(self, subject: str, text: str) -> int:
        """Register a schema under a subject; return its id, old or new.

        Raises:
            IncompatibleSchemaError: With the reasons.
            InvalidSchemaError: It is no Avro schema.
            RegistryUnavailableError: Read-only, or Kafka did not answer; try again.
        """
        candidate = Candidate(subject, text)
        answer = await self._journal.submit(
            lambda log: register(log, candidate, self._check)
        )
        if not isinstance(answer, Refused):
            return answer
        if answer.status == 409:  # noqa: PLR2004 - HTTP's Conflict
            reasons = incompatibilities(self._journal.log, candidate, self._check)
            raise IncompatibleSchemaError(subject, _lines(reasons, answer))
        if answer.code in {42201, 42209}:
            raise InvalidSchemaError(f"{subject}: {answer.message}")
        raise RegistryUnavailableError(answer.message)

    async def by_type(self, topic: str, event_type: str) -> Sequence[SchemaText]:
        """The schemas of an event type on a topic, newest first.

        Raises:
            RegistryUnavailableError: The log cannot be read; try again.
        """
        await self._journal.refresh()
        log = self._journal.log
        held = {
            version.id: version.content
            for subject, versions in log.subjects()
            if subject.startswith(f"{topic}-")
            for version in live(versions)
        }
        texts = [(id_, complete_text(log, held[id_])) for id_ in sorted(held)]
        return [
            SchemaText(schema_id, text)
            for schema_id, text in reversed(texts)
            if isinstance(text, str) and is_of_type(text, event_type)
        ]

    async def versions(self, subject: str) -> Sequence[tuple[str, str]]:
        """All versions of a subject as (label, complete text), oldest first.

        Raises:
            RegistryUnavailableError: The log cannot be read; try again.
        """
        await self._journal.refresh()
        log = self._journal.log
        held = live(log.versions(subject))
        texts = [
            (version.version, complete_text(log, version.content)) for version in held
        ]
        return [(f"version {n}", text) for n, text in texts if isinstance(text, str)]


def _lines(reasons: tuple[str, ...] | Refused, refused: Refused) -> tuple[str, ...]:
    known = () if isinstance(reasons, Refused) else reasons
    return known or (refused.message,)


async def with_id(journal: Journal, ref: SchemaRef) -> tuple[Version, ...]:
    """The versions with this id or GUID; none only after a look at the log's end.

    Raises:
        RegistryUnavailableError: The log cannot be read; try again.
    """
    await journal.ready()
    held = _held(journal.log, ref)
    if held:
        return held
    # Another instance may have given it a moment ago.
    await journal.refresh()
    return _held(journal.log, ref)


def _held(log: SchemaLog, ref: SchemaRef) -> tuple[Version, ...]:
    if isinstance(ref, UUID):
        schema_id = log.id_of_guid(ref)
        return () if schema_id is None else log.with_id(schema_id)
    return log.with_id(ref)
