"""The registry as programs of the same process use it, without a hop over HTTP."""

from collections.abc import Sequence

from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    RegistryUnavailableError,
    SchemaNotFoundError,
)
from bus.ports import SchemaText
from bus.registry.admission import Candidate, Check, incompatibilities, register
from bus.registry.answers import Refused, complete_text, live
from bus.registry.records import Version
from processors.registry.journal import Journal


class LocalSchemas:
    """The port `Schemas` on the journal of this process."""

    def __init__(self, journal: Journal, check: Check) -> None:
        self._journal = journal
        self._check = check

    async def by_id(self, schema_id: int) -> SchemaText:
        """The schema with this id, all it refers to written into it.

        Raises:
            SchemaNotFoundError: There is none.
            RegistryUnavailableError: The log cannot be read; try again.
        """
        held = await with_id(self._journal, schema_id)
        if not held:
            raise SchemaNotFoundError(f"no schema has id {schema_id}")
        text = complete_text(self._journal.log, held[0].content)
        if isinstance(text, Refused):
            raise SchemaNotFoundError(f"schema {schema_id}: {text.message}")
        return SchemaText(schema_id, text)

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


async def with_id(journal: Journal, schema_id: int) -> tuple[Version, ...]:
    """The versions with this id; looks at the log's very end before it says none.

    Raises:
        RegistryUnavailableError: The log cannot be read; try again.
    """
    await journal.ready()
    held = journal.log.with_id(schema_id)
    if held:
        return held
    # Another instance may have given it a moment ago.
    await journal.refresh()
    return journal.log.with_id(schema_id)
