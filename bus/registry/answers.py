"""What the registry answers to questions: versions, ids, levels, references.

Refusals carry the error codes of Confluent's REST interface.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, cast

from bus.contracts.schema_text import canonical, normalized, resolved
from bus.errors import InvalidSchemaError
from bus.registry.log import SchemaLog
from bus.registry.records import Content, Key, Kind, Reference, Value, Version

T_co = TypeVar("T_co", covariant=True)

LATEST = -1
DEFAULT_LEVEL = "BACKWARD_TRANSITIVE"
DEFAULT_MODE = "READWRITE"
MAX_TEXT = 512 * 1024


@dataclass(frozen=True, slots=True)
class Refused:
    """The registry says no; `code` is Confluent's."""

    code: int
    message: str

    @property
    def status(self) -> int:
        """The HTTP status that goes with it."""
        return int(str(self.code)[:3])


@dataclass(frozen=True, slots=True)
class Settled(Generic[T_co]):
    """Nothing to write: this is the answer."""

    answer: T_co


@dataclass(frozen=True, slots=True)
class Append(Generic[T_co]):
    """These are to be written; if all of them count, this is the answer."""

    changes: tuple[tuple[Key, Value], ...]
    answer: T_co


Decision: TypeAlias = Settled[T_co] | Append[T_co] | Refused


def no_subject(subject: str) -> Refused:
    """There is no such subject."""
    return Refused(40401, f"Subject '{subject}' not found.")


def no_version(version: int) -> Refused:
    """The subject has no such version."""
    return Refused(40402, f"Version {version} not found.")


NO_SCHEMA = Refused(40403, "Schema not found")


def invalid_subject(subject: str) -> Refused:
    """The name says a context that there is none of, or nothing."""
    why = "it is empty, or of another context than the default one"
    return Refused(42208, f"The specified subject '{subject}' is not valid: {why}")


def in_default_context(subject: str) -> str | Refused:
    """Return the name without the default context, `:.:s` is `s`; there is no other."""
    qualified = subject.startswith(":.") and ":" in subject[2:]
    if not qualified:
        return subject if subject.strip() else invalid_subject(subject)
    plain = subject.removeprefix(":.:")
    return plain if plain not in {"", subject} else invalid_subject(subject)


def invalid_schema(why: str) -> Refused:
    """The text is no Avro schema, or one that is not taken."""
    return Refused(42201, f"Invalid schema: {why}")


def live(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Those that are not deleted."""
    return tuple(version for version in versions if not version.deleted)


def level_of(log: SchemaLog, subject: str) -> str:
    """The compatibility level that holds for a subject."""
    return _setting(log, Kind.CONFIG, subject, DEFAULT_LEVEL)


def mode_of(log: SchemaLog, subject: str) -> str:
    """The mode that holds for a subject."""
    return _setting(log, Kind.MODE, subject, DEFAULT_MODE)


def _setting(log: SchemaLog, kind: Kind, subject: str, default: str) -> str:
    own = log.value(Key(kind, subject))
    return str(own or log.value(Key(kind)) or default)


def read_only(log: SchemaLog, subject: str | None) -> Refused | None:
    """Refuse a change of what is read-only."""
    if mode_of(log, subject or "").startswith("READONLY"):
        return Refused(42205, f"Subject {subject} is in read-only mode")
    return None


def find_version(
    log: SchemaLog, subject: str, number: int, *, deleted: bool = False
) -> Version | Refused:
    """Return a version of a subject, or its latest."""
    versions = log.versions(subject)
    seen = versions if deleted else live(versions)
    if not seen:
        return no_subject(subject)
    if number == LATEST:
        return seen[-1]
    for version in seen:
        if version.version == number:
            return version
    return no_version(number)


def find_content(
    log: SchemaLog, subject: str, content: Content, *, deleted: bool = False
) -> Version | Refused:
    """Return the version of a subject that holds this schema (the newest of them)."""
    versions = log.versions(subject)
    seen = versions if deleted else live(versions)
    if not seen:
        return no_subject(subject)
    for version in reversed(seen):
        if version.content == content:
            return version
    return NO_SCHEMA


def to_content(
    text: str, references: tuple[Reference, ...] = (), *, normalize: bool = False
) -> Content | Refused:
    """Return a schema as it is stored and compared."""
    if len(text) > MAX_TEXT:
        return Refused(42209, f"Schema is larger than {MAX_TEXT} characters")
    try:
        spelled = canonical(text)
        return Content(normalized(spelled) if normalize else spelled, references)
    except InvalidSchemaError as error:
        return invalid_schema(str(error))


def complete_text(log: SchemaLog, content: Content) -> str | Refused:
    """Return the schema's text with all its references written into it."""
    return _complete(log, content, ())


def _complete(
    log: SchemaLog, content: Content, within: tuple[Reference, ...]
) -> str | Refused:
    texts: list[str] = []
    for reference in content.references:
        target = find_version(log, reference.subject, reference.version, deleted=True)
        if isinstance(target, Refused):
            name = f"{reference.subject} version {reference.version}"
            return invalid_schema(f"reference {reference.name}: no {name}")
        if reference in within:
            return invalid_schema(f"reference {reference.name} goes in a circle")
        text = _complete(log, target.content, (*within, reference))
        if isinstance(text, Refused):
            return text
        texts.append(text)
    try:
        return resolved(content.text, texts)
    except InvalidSchemaError as error:
        return invalid_schema(str(error))


def referenced_by(log: SchemaLog, subject: str, number: int) -> tuple[int, ...]:
    """Return the ids of the schemas in use that take a type from this version."""
    return tuple(
        sorted(
            {
                version.id
                for _, versions in log.subjects()
                for version in live(versions)
                for reference in version.content.references
                if (reference.subject, reference.version) == (subject, number)
            }
        )
    )


def own_setting(log: SchemaLog, kind: Kind, subject: str | None) -> str | None:
    """The level or mode set for just this subject, or globally; None if not set."""
    return cast("str | None", log.value(Key(kind, subject)))
