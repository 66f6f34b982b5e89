"""Which schema may enter the registry, and as what.

The rule looks at the state as the log has told it so far and returns what to append,
or that nothing is to be appended, or why it is refused. Whether the record counted
is for the log to say (`bus.registry.log`); if not, the rule is asked again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bus.errors import ConfigurationError
from bus.registry.answers import (
    LATEST,
    Append,
    Decision,
    Refused,
    Settled,
    complete_text,
    find_content,
    find_version,
    invalid_schema,
    level_of,
    live,
    mode_of,
    no_version,
    read_only,
    to_content,
)
from bus.registry.log import SchemaLog
from bus.registry.records import Content, Key, Kind, Reference, Version

# `check(new, earlier, level)` returns why `new` may not follow `earlier`, which is
# (label, text) oldest first; ConfigurationError: not an Avro schema.
Check: TypeAlias = Callable[[str, Sequence[tuple[str, str]], str], tuple[str, ...]]

# What parsers let out besides for a text that is none; found with random schemas.
_UNPARSABLE = (
    ConfigurationError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A schema that somebody wants to register or to test.

    `id` and `version` are only for importing from another registry.
    """

    subject: str
    text: str
    references: tuple[Reference, ...] = ()
    normalize: bool = False
    id: int | None = None
    version: int | None = None


def register(log: SchemaLog, candidate: Candidate, check: Check) -> Decision[int]:
    """Register a schema; the answer is its id, old or new."""
    refused = read_only(log, candidate.subject) or _import_fits(log, candidate)
    if refused:
        return refused
    content = to_content(
        candidate.text, candidate.references, normalize=candidate.normalize
    )
    if isinstance(content, Refused):
        return content
    known = find_content(log, candidate.subject, content)
    if isinstance(known, Version) and candidate.id in {None, known.id}:
        return Settled(known.id)
    admit = _admit if candidate.id is None else _import
    return admit(log, candidate, content, check)


def _admit(
    log: SchemaLog, candidate: Candidate, content: Content, check: Check
) -> Decision[int]:
    reasons = incompatibilities(log, candidate, check)
    if isinstance(reasons, Refused):
        return reasons
    if reasons:
        return incompatible(candidate.subject, reasons)
    return _append(log, candidate, content, log.id_of(content) or log.next_id)


def incompatible(subject: str, reasons: Sequence[str]) -> Refused:
    """The schema would break somebody; one line a reason."""
    lines = "\n".join(reasons)
    return Refused(
        409,
        "Schema being registered is incompatible with an earlier schema for subject "
        f'"{subject}":\n{lines}',
    )


def incompatibilities(
    log: SchemaLog, candidate: Candidate, check: Check, against: int | None = None
) -> tuple[str, ...] | Refused:
    """Return why a schema may not follow a subject's versions, or just `against`."""
    content = to_content(candidate.text, candidate.references)
    text = content if isinstance(content, Refused) else complete_text(log, content)
    if isinstance(text, Refused):
        return text
    versions = live(log.versions(candidate.subject))
    if against is not None and versions:
        one = find_version(log, candidate.subject, against)
        if isinstance(one, Refused):
            return one
        versions = (one,)
    elif against is not None and against != LATEST:
        return no_version(against)
    return _check(log, candidate.subject, text, versions, check)


def _check(
    log: SchemaLog,
    subject: str,
    text: str,
    versions: tuple[Version, ...],
    check: Check,
) -> tuple[str, ...] | Refused:
    earlier: list[tuple[str, str]] = []
    for version in versions:
        complete = complete_text(log, version.content)
        if isinstance(complete, Refused):
            return complete
        earlier.append((f"version {version.version}", complete))
    try:
        # Level NONE parses nothing: what is no schema has to be refused even so.
        check(text, (), "BACKWARD")
    except _UNPARSABLE as error:
        return invalid_schema(str(error) or "nested too deeply")
    try:
        return check(text, earlier, level_of(log, subject))
    except ConfigurationError as error:
        return invalid_schema(str(error))


def _append(
    log: SchemaLog, candidate: Candidate, content: Content, schema_id: int
) -> Decision[int]:
    versions = log.versions(candidate.subject)
    number = candidate.version or (versions[-1].version + 1 if versions else 1)
    key = Key(Kind.SCHEMA, candidate.subject, number)
    version = Version(candidate.subject, number, schema_id, content)
    return Append(((key, version),), schema_id)


def _import_fits(log: SchemaLog, candidate: Candidate) -> Refused | None:
    importing = mode_of(log, candidate.subject) == "IMPORT"
    if importing and candidate.id is None:
        return Refused(42205, f"Subject {candidate.subject} is in import mode")
    if candidate.id is not None and not importing:
        return Refused(42205, f"Subject {candidate.subject} is not in import mode")
    return None


def _import(
    log: SchemaLog, candidate: Candidate, content: Content, check: Check
) -> Decision[int]:
    schema_id = candidate.id or 0
    holders = log.with_id(schema_id)
    known = log.id_of(content)
    taken = bool(holders) and holders[0].content != content
    if taken or known not in {None, schema_id} or schema_id < 1:
        return Refused(
            42207,
            f"Schema id {schema_id} cannot be given to it: "
            + (f"it has id {known}" if known else "the id is not free"),
        )
    if any(v.version == candidate.version for v in log.versions(candidate.subject)):
        return Refused(42205, f"Version {candidate.version} exists already")
    text = complete_text(log, content)
    reasons = (
        text
        if isinstance(text, Refused)
        else _check(log, candidate.subject, text, (), check)
    )
    if isinstance(reasons, Refused):
        return reasons
    return _append(log, candidate, content, schema_id)
