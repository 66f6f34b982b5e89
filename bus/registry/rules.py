"""What may be deleted or set in the registry, and which records say so.

As in `bus.registry.admission`: rules return what to append, and judge nothing that the
log decides by its order.
"""

from collections.abc import Sequence

from bus.registry.answers import (
    Append,
    Decision,
    Refused,
    find_version,
    live,
    no_subject,
    no_version,
    read_only,
    referenced_by,
)
from bus.registry.log import SchemaLog
from bus.registry.records import LEVELS, MODES, Key, Kind, Value, Version


def delete_version(
    log: SchemaLog, subject: str, number: int, *, permanent: bool
) -> Decision[int]:
    """Delete a version: hidden first, then for good; the answer is its number."""
    found = find_version(log, subject, number, deleted=permanent)
    if isinstance(found, Refused):
        return _why_not_found(log, subject, number, found)
    refused = _deletable(log, subject, (found,))
    if refused:
        return refused
    if not permanent:
        return Append((_hidden(found),), found.version)
    if not found.deleted:
        return Refused(
            40407,
            f"Subject '{subject}' Version {found.version} was not deleted first before "
            "being permanently deleted",
        )
    return Append((_removed(found),), found.version)


def _why_not_found(
    log: SchemaLog, subject: str, number: int, refused: Refused
) -> Refused:
    hidden = find_version(log, subject, number, deleted=True)
    if isinstance(hidden, Version):
        return Refused(
            40406,
            f"Subject '{subject}' Version {hidden.version} was soft deleted. "
            "Set permanent=true to delete permanently",
        )
    return no_version(number) if log.versions(subject) else refused


def delete_subject(
    log: SchemaLog, subject: str, *, permanent: bool
) -> Decision[tuple[int, ...]]:
    """Delete a subject with its level and mode; the answer is its versions."""
    versions = log.versions(subject)
    if not versions:
        return no_subject(subject)
    going = versions if permanent else live(versions)
    if not going:
        return Refused(
            40404,
            f"Subject '{subject}' was soft deleted. "
            "Set permanent=true to delete permanently",
        )
    if permanent and live(versions):
        return Refused(
            40405,
            f"Subject '{subject}' was not deleted first before being permanently "
            "deleted",
        )
    refused = _deletable(log, subject, going)
    if refused:
        return refused
    settings = [Key(Kind.CONFIG, subject), Key(Kind.MODE, subject)]
    changes: list[tuple[Key, Value]] = [
        (key, None) for key in settings if log.value(key) is not None
    ]
    if permanent:
        changes += map(_removed, going)
    else:
        changes += map(_hidden, going)
    return Append(tuple(changes), tuple(version.version for version in going))


def _deletable(
    log: SchemaLog, subject: str, going: Sequence[Version]
) -> Refused | None:
    refused = read_only(log, subject)
    if refused:
        return refused
    for version in going:
        users = referenced_by(log, subject, version.version)
        if users:
            return Refused(
                42206,
                "One or more references exist to the schema {magic=1,keytype=SCHEMA,"
                f"subject={subject},version={version.version}}}. It is used by the "
                f"schema ids {', '.join(map(str, users))}",
            )
    return None


def _key(version: Version) -> Key:
    return Key(Kind.SCHEMA, version.subject, version.version)


def _hidden(version: Version) -> tuple[Key, Value]:
    return _key(version), version._replace(deleted=True)


def _removed(version: Version) -> tuple[Key, Value]:
    return _key(version), None


# --- levels and modes


def set_level(log: SchemaLog, subject: str | None, level: str) -> Decision[str]:
    """Set the compatibility level of a subject, or of all without their own."""
    if level.upper() not in LEVELS:
        known = ", ".join(sorted(LEVELS))
        return Refused(42203, f"Invalid compatibility level. Valid values are {known}")
    refused = read_only(log, subject)
    if refused:
        return refused
    return Append(((Key(Kind.CONFIG, subject), level.upper()),), level.upper())


def set_mode(
    log: SchemaLog, subject: str | None, mode: str, *, force: bool
) -> Decision[str]:
    """Set the mode of a subject, or of all without their own."""
    mode = mode.upper()
    if mode not in MODES:
        known = ", ".join(sorted(MODES))
        return Refused(42204, f"Invalid mode. Valid values are {known}")
    if mode == "IMPORT" and not force:
        held = [s for s, _ in log.subjects()] if subject is None else [subject]
        if any(log.versions(name) for name in held):
            return Refused(42205, "Cannot import since found existing subjects")
    return Append(((Key(Kind.MODE, subject), mode),), mode)


def drop_setting(
    log: SchemaLog, kind: Kind, subject: str | None, default: str
) -> Decision[str]:
    """Take back a level or mode; the answer is what it was."""
    key = Key(kind, subject)
    old = log.value(key)
    if old is None and subject is not None:
        if kind is Kind.MODE:
            return Refused(
                40409,
                f"Subject '{subject}' does not have subject-level mode configured",
            )
        return no_subject(subject)
    return Append(((key, None),), str(old or default))
