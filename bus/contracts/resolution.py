"""What keeps one schema from reading the data that another one wrote?

Walks the reader's and the writer's schema side by side. `avro.compatibility` (Apache)
decides names, fields and primitive types; its result does not pair reasons with
places, so the walk supplies the place. It also lacks two rules: the same bytes under
another logical type, another scale or a smaller precision mean something else
(millis read as micros, cents as euros). And it lets aliases be ambiguous: two fields
read one old field, or one field finds two, which libraries resolve differently.

Rules: https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from avro.compatibility import (
    ReaderWriterCompatibilityChecker,
    SchemaCompatibilityType,
    lookup_writer_field,
    schema_name_equals,
)
from avro.schema import (
    ArraySchema,
    EnumSchema,
    FixedSchema,
    MapSchema,
    NamedSchema,
    RecordSchema,
    Schema,
    UnionSchema,
)
from typing_extensions import override


@dataclass(frozen=True, slots=True)
class _Place:
    pointer: str = ""
    field: str = ""

    def into(self, step: str, field: str = "") -> "_Place":
        joined = f"{self.field}.{field}" if self.field and field else field
        return _Place(f"{self.pointer}/{step}", joined or self.field)

    @override
    def __str__(self) -> str:
        return f"{self.pointer or '/'}" + (f" ({self.field})" if self.field else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One obstacle.

    `kind` is one of default, alias, null, type, branch, symbols, size, name, logical;
    `place` a JSON pointer into the reader's schema and the field's dotted name.
    """

    kind: str
    place: _Place
    what: str


def findings(reader: Schema, writer: Schema) -> Iterator[Finding]:
    """Yield what keeps `reader` from reading what `writer` wrote, in field order."""
    return _Walk().pair(reader, writer, _Place())


class _Walk:
    """One walk over a reader's and a writer's schema; each pair is visited once."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()

    def pair(self, reader: Schema, writer: Schema, at: _Place) -> Iterator[Finding]:
        """Yield what keeps `reader` from reading what `writer` wrote."""
        match reader, writer:
            case _, UnionSchema():
                yield from self._from_union(reader, writer, at)
            case UnionSchema(), _:
                yield from self._into_union(reader, writer, at)
            case RecordSchema(), RecordSchema():
                yield from self._records(reader, writer, at)
            case ArraySchema(), ArraySchema():
                yield from self.pair(reader.items, writer.items, at.into("items"))
            case MapSchema(), MapSchema():
                yield from self.pair(reader.values, writer.values, at.into("values"))
            case _:
                yield from _leaves(reader, writer, at)

    def _from_union(
        self, reader: Schema, writer: UnionSchema, at: _Place
    ) -> Iterator[Finding]:
        for branch in writer.schemas:
            if branch.type == "null" and not _takes_null(reader):
                yield Finding("null", at, "null is not allowed")
            else:
                yield from self.pair(reader, branch, at)

    def _into_union(
        self, reader: UnionSchema, writer: Schema, at: _Place
    ) -> Iterator[Finding]:
        for index, branch in enumerate(reader.schemas):
            if branch.type == writer.type and _same_name(branch, writer):
                yield from self.pair(branch, writer, at.into(str(index)))
                return
        if not any(_readable(branch, writer) for branch in reader.schemas):
            yield Finding("branch", at, f"the union has no {_name(writer)}")

    def _records(
        self, reader: RecordSchema, writer: RecordSchema, at: _Place
    ) -> Iterator[Finding]:
        if (id(reader), id(writer)) in self._seen:
            return
        self._seen.add((id(reader), id(writer)))
        yield from _names(reader, writer, at)
        yield from _ambiguities(reader, writer, at)
        for index, field in enumerate(reader.fields):
            here = at.into("fields").into(str(index), field.name)
            written = lookup_writer_field(writer, field)
            if written is not None:
                yield from self.pair(field.type, written.type, here.into("type"))
            elif not field.has_default:
                yield Finding("default", here, "required, but not in the other schema")


def _ambiguities(
    reader: RecordSchema, writer: RecordSchema, at: _Place
) -> Iterator[Finding]:
    """Yield fields that could be read from two, and two that are read from one."""
    claimed = {field.name: field.name for field in reader.fields}
    for index, field in enumerate(reader.fields):
        aliases = cast("list[str]", field.props.get("aliases") or [])
        known = [name for name in (field.name, *aliases) if name in writer.fields_dict]
        owners = [claimed.setdefault(name, field.name) for name in known]
        here = at.into("fields").into(str(index), field.name)
        if len(known) > 1:
            yield Finding("alias", here, f"it could be read from {' or '.join(known)}")
        elif owners and owners[0] != field.name:
            yield Finding("alias", here, f"{known[0]} is read by {owners[0]}, too")


def _readable(reader: Schema, writer: Schema) -> bool:
    return next(findings(reader, writer), None) is None


def _leaves(reader: Schema, writer: Schema, at: _Place) -> Iterator[Finding]:
    match reader, writer:
        case EnumSchema(), EnumSchema():
            yield from _names(reader, writer, at)
            yield from _symbols(reader, writer, at)
        case FixedSchema(), FixedSchema():
            yield from _names(reader, writer, at)
            if reader.size != writer.size:
                what = f"{writer.size} bytes cannot be read as {reader.size}"
                yield Finding("size", at.into("size"), what)
        case _:
            if not _apache_allows(reader, writer):
                what = f"{_name(writer)} cannot be read as {_name(reader)}"
                yield Finding("type", at, what)
                return
    yield from _meanings(reader, writer, at)


def _names(reader: NamedSchema, writer: NamedSchema, at: _Place) -> Iterator[Finding]:
    if not schema_name_equals(reader, writer):
        what = f"{writer.fullname} and {reader.fullname} are different names"
        yield Finding("name", at.into("name"), what)


def _symbols(reader: EnumSchema, writer: EnumSchema, at: _Place) -> Iterator[Finding]:
    lacking = sorted(set(writer.symbols) - set(reader.symbols))
    if lacking and not reader.props.get("default"):
        what = f"the enum has no {', '.join(lacking)}"
        yield Finding("symbols", at.into("symbols"), what)


def _meanings(reader: Schema, writer: Schema, at: _Place) -> Iterator[Finding]:
    """Yield what Apache's check does not look at."""
    ours, theirs = _logical(reader), _logical(writer)
    scale, written = _number(reader, "scale"), _number(writer, "scale")
    precision, needed = _number(reader, "precision"), _number(writer, "precision")
    if ours != theirs and (ours or theirs != "uuid"):
        what = f"{theirs or _name(writer)} would be read as {ours or _name(reader)}"
        yield Finding("logical", at.into("logicalType"), what)
    elif ours == "decimal" and scale != written:
        what = f"scale {written} would be read as scale {scale}"
        yield Finding("logical", at.into("scale"), what)
    elif ours == "decimal" and precision < needed:
        what = f"precision {needed} does not fit into {precision}"
        yield Finding("logical", at.into("precision"), what)


def _logical(schema: Schema) -> str:
    return str(schema.props.get("logicalType") or "")


def _number(schema: Schema, name: str) -> int:
    return cast("int", schema.props.get(name) or 0)


def _takes_null(schema: Schema) -> bool:
    branches = schema.schemas if isinstance(schema, UnionSchema) else [schema]
    return any(branch.type == "null" for branch in branches)


def _same_name(reader: Schema, writer: Schema) -> bool:
    if isinstance(reader, NamedSchema) and isinstance(writer, NamedSchema):
        return bool(schema_name_equals(reader, writer))
    return True


def _name(schema: Schema) -> str:
    return str(schema.name if isinstance(schema, NamedSchema) else schema.type)


def _apache_allows(reader: Schema, writer: Schema) -> bool:
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    result = checker.get_compatibility(reader, writer)
    return result.compatibility is SchemaCompatibilityType.compatible
