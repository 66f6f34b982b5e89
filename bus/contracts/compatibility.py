"""May a schema follow earlier ones without breaking anyone?

Which earlier ones, and in which direction, is the level (Confluent Schema Registry's
levels). What keeps one schema from reading another's data is found in
`bus.contracts.resolution`; here each finding gets its remedy.
"""

import warnings
from collections.abc import Iterator, Sequence
from enum import StrEnum

from avro.errors import AvroException, IgnoredLogicalType
from avro.schema import (
    ArraySchema,
    MapSchema,
    NamedSchema,
    RecordSchema,
    Schema,
    UnionSchema,
    parse,
)

from bus.contracts.resolution import findings
from bus.errors import ConfigurationError


class Level(StrEnum):
    """What has to keep working; the transitive ones look at all earlier versions.

    BACKWARD: the new schema reads old data (upgrade consumers first).
    FORWARD: old schemas read new data (upgrade producers first).
    FULL: both.
    """

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"


DEFAULT_LEVEL = Level.BACKWARD_TRANSITIVE


def check(
    new: str, earlier: Sequence[tuple[str, str]], level: Level = DEFAULT_LEVEL
) -> tuple[str, ...]:
    """Return why `new` may not follow `earlier`; nothing if it may.

    `earlier` is (label, schema text), oldest first. A reason reads
    `<label>: <place>: <what>; <what to do>`, the place being a JSON pointer into the
    reader's schema and the field's name.

    Raises:
        ConfigurationError: A text is not an Avro schema; names the label.
    """
    if level is Level.NONE:
        return ()
    compared = earlier if level.endswith("_TRANSITIVE") else earlier[-1:]
    newest = _parse("the new schema", new)
    reasons: list[str] = []
    for label, text in compared:
        older = _parse(label, text)
        if not level.startswith("FORWARD"):
            reasons += _compare(label, newest, older, _OF_NEW_READERS)
        if not level.startswith("BACKWARD"):
            reasons += _compare(label, older, newest, _OF_OLD_READERS)
    return tuple(reasons)


def _compare(
    label: str, reader: Schema, writer: Schema, advice: dict[str, str]
) -> Iterator[str]:
    for finding in findings(reader, writer):
        remedy = advice[finding.kind]
        yield f"{label}: {finding.place}: {finding.what}; {remedy}"


# The new schema reads what the old one wrote.
_OF_NEW_READERS = {
    "default": "old data lacks it: give it a default, or its old name as an alias",
    "alias": "libraries differ in which: remove the alias",
    "null": 'old data may hold null: keep "null" in the union',
    "type": "old data cannot be read: keep the type and add a new field",
    "branch": "old data may hold it: keep the branch",
    "symbols": 'old data may hold them: keep them or give the enum a "default"',
    "size": "keep the size and add a new field",
    "name": "keep the name or add the old one to the aliases",
    "logical": "old data would be misread: keep it and add a new field",
}
# Readers that know the old schema read what the new one writes.
_OF_OLD_READERS = {
    "default": "old readers need it: keep the field, it never had a default",
    "alias": "libraries differ in which: choose another name",
    "null": 'old readers refuse null: do not add "null" to the field',
    "type": "old readers cannot read it: keep the type and add a new field",
    "branch": "old readers do not know it: do not add the branch",
    "symbols": "old readers do not know them: do not add symbols",
    "size": "keep the size and add a new field",
    "name": "old readers know the old name only: keep it",
    "logical": "old readers would misread it: keep it and add a new field",
}


def _parse(label: str, text: str) -> Schema:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IgnoredLogicalType)
            schema = parse(text)
    except (AvroException, ValueError) as error:
        raise ConfigurationError(f"{label}: not an Avro schema: {error}") from None
    _qualify_aliases(schema, set())
    return schema


def _qualify_aliases(schema: Schema, seen: set[int]) -> None:
    """Give aliases the namespace in which Apache's check looks them up."""
    if id(schema) in seen:
        return
    seen.add(id(schema))
    aliases = schema.props.get("aliases")
    if isinstance(schema, NamedSchema) and isinstance(aliases, list):
        space = schema.fullname.rpartition(".")[0]
        prefix = f"{space}." if space else ""
        full = [alias if "." in alias else f"{prefix}{alias}" for alias in aliases]
        schema.set_prop("aliases", full)
    for inner in _inner(schema):
        _qualify_aliases(inner, seen)


def _inner(schema: Schema) -> list[Schema]:
    if isinstance(schema, RecordSchema):
        return [field.type for field in schema.fields]
    if isinstance(schema, UnionSchema):
        return list(schema.schemas)
    if isinstance(schema, ArraySchema):
        return [schema.items]
    return [schema.values] if isinstance(schema, MapSchema) else []
