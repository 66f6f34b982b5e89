"""The records of the registry's log, byte for byte those of Confluent's registry."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias, cast
from uuid import UUID

LEVELS = frozenset(
    {
        "NONE",
        "BACKWARD",
        "BACKWARD_TRANSITIVE",
        "FORWARD",
        "FORWARD_TRANSITIVE",
        "FULL",
        "FULL_TRANSITIVE",
    }
)
MODES = frozenset({"READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"})


class Kind(StrEnum):
    """What a key of the log is about; Confluent's own names."""

    SCHEMA = "SCHEMA"
    CONFIG = "CONFIG"
    MODE = "MODE"
    DELETE_SUBJECT = "DELETE_SUBJECT"
    NOOP = "NOOP"


class Key(NamedTuple):
    """A key of the log. `subject` is None for what holds globally."""

    kind: Kind
    subject: str | None = None
    version: int | None = None


class Reference(NamedTuple):
    """A type that a schema takes from a version of another subject."""

    name: str
    subject: str
    version: int


class Content(NamedTuple):
    """What makes a schema itself: equal content has one id everywhere."""

    text: str
    references: tuple[Reference, ...] = ()
    schema_type: str = "AVRO"

    @property
    def guid(self) -> UUID:
        """What names this content everywhere, worked out as Confluent's registry does.

        The MD5 of the text and of what it refers to: no secret hangs on it.
        """
        parts = [self.text.encode(errors="surrogatepass")]
        for name, subject, version in self.references:
            parts.append(f"{name}{subject}".encode(errors="surrogatepass"))
            parts.append(bytes([version & 0xFF]))
        digest = hashlib.md5(b"".join(parts), usedforsecurity=False)
        return UUID(bytes=digest.digest())


class Version(NamedTuple):
    """A version of a subject. `deleted`: hidden, but its id still answers."""

    subject: str
    version: int
    id: int
    content: Content
    deleted: bool = False


# A version, a level or mode, the floor of new ids, or nothing (removed).
Value: TypeAlias = Version | str | int | None

_NAMES = {
    Kind.CONFIG: "compatibilityLevel",
    Kind.MODE: "mode",
    Kind.NOOP: "maxId",
}

# The key of the highest id ever given, which outlives the schemas themselves.
FLOOR = Key(Kind.NOOP)


def encode_key(key: Key) -> bytes:
    """Return a key's bytes, the same as Confluent's registry writes."""
    out: dict[str, object] = {"keytype": key.kind.value}
    if key.subject is not None:
        out["subject"] = key.subject
    if key.version is not None:
        out["version"] = key.version
    out["magic"] = 1 if key.kind is Kind.SCHEMA else 0
    return _dump(out)


def decode_key(data: bytes | None) -> Key | None:
    """Return the key, or None if the bytes are none that concern us."""
    parts = _load(data)
    try:
        kind = Kind(str(parts.get("keytype")))
    except ValueError:
        return None
    subject, version = parts.get("subject"), parts.get("version")
    if kind is Kind.SCHEMA:
        known = isinstance(subject, str) and isinstance(version, int)
        return Key(kind, str(subject), cast("int", version)) if known else None
    if kind is Kind.NOOP:
        return FLOOR
    return Key(kind, subject if isinstance(subject, str) else None)


def encode_value(key: Key, value: Value) -> bytes | None:
    """Return the bytes of a value of `key`, None for a removal (tombstone)."""
    match value:
        case None:
            return None
        case Version():
            return _dump(_version_parts(value))
        case _ if key.kind is Kind.DELETE_SUBJECT:
            return _dump({"subject": key.subject, "version": value})
        case _:
            return _dump({_NAMES[key.kind]: value})


def decode_value(key: Key, data: bytes | None) -> Value:
    """Return the value, None for a removal or bytes that mean nothing for `key`."""
    parts = _load(data)
    match key.kind:
        case Kind.SCHEMA:
            return _version(key, parts)
        case Kind.CONFIG:
            return _one_of(parts.get("compatibilityLevel"), LEVELS)
        case Kind.MODE:
            return _one_of(parts.get("mode"), MODES)
        case Kind.DELETE_SUBJECT:
            return _int(parts.get("version"))
        case _:
            return _int(parts.get("maxId"))


def _version_parts(value: Version) -> dict[str, object]:
    out: dict[str, object] = {
        "subject": value.subject,
        "version": value.version,
        "id": value.id,
    }
    if value.content.schema_type != "AVRO":
        out["schemaType"] = value.content.schema_type
    if value.content.references:
        out["references"] = [ref._asdict() for ref in value.content.references]
    return out | {"schema": value.content.text, "deleted": value.deleted}


def _version(key: Key, parts: Mapping[str, object]) -> Version | None:
    schema_id, text = _int(parts.get("id")), parts.get("schema")
    if schema_id is None or not isinstance(text, str):
        return None
    references = parts.get("references") or []
    content = Content(
        text,
        tuple(_reference(ref) for ref in cast("list[dict[str, object]]", references)),
        str(parts.get("schemaType") or "AVRO"),
    )
    deleted = parts.get("deleted") is True
    return Version(
        str(key.subject), cast("int", key.version), schema_id, content, deleted
    )


def _reference(parts: Mapping[str, object]) -> Reference:
    version = _int(parts.get("version"))
    return Reference(
        str(parts.get("name")),
        str(parts.get("subject")),
        -1 if version is None else version,
    )


def _one_of(value: object, known: frozenset[str]) -> str | None:
    return value if isinstance(value, str) and value in known else None


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _dump(parts: Mapping[str, object]) -> bytes:
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()


def _load(data: bytes | None) -> Mapping[str, object]:
    try:
        parts: object = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return parts if isinstance(parts, dict) else {}
