"""What a few bytes of Avro may become at most, so that no record costs a process.

The reader goes as deep as the bytes say (ten thousand of them end the process: it is
written in C) and makes as many items as they say, though `null` takes no byte. A
schema that sets no bounds to this is none of events'; the depth of a recursive one is
looked at, body by body, before that is read.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeAlias, cast

from bus.contracts.scalars import Definition
from bus.errors import ConfigurationError, DecodeError

MAX_DEPTH = 100
MAX_PRECISION = 1_000
"""Decimal digits; written out they take as many characters."""
_MOST_EMPTY = 10_000
_MOST_EMPTY_ITEM = 16
_REPEATED = {"array": "items", "map": "values"}

# Reads over a value: (body, where it begins, how much deeper) to where it ends.
# Reads over a value: (body, where it begins, how much deeper) to where it ends.
Walk: TypeAlias = Callable[[bytes, int, int], int]


def bound(schema: object, named: dict[str, Definition]) -> Walk | None:
    """Return how to look at a body's depth, or None if the schema bounds it.

    `schema` is as fastavro parses it. `named` has the types that it names but does
    not hold; its own are added there.

    Raises:
        ConfigurationError: Values of this schema have no bounds.
    """
    _collect(schema, named)
    extents = _Extents(named)
    if extents.of(schema).height > MAX_DEPTH:
        raise ConfigurationError(f"nested more than {MAX_DEPTH} deep")
    return _Walks(named).of(schema) if extents.recursive else None


def look(walk: Walk, body: bytes) -> None:
    """Refuse a body that is nested too deeply; what else is wrong the reader says.

    Raises:
        DecodeError: It is.
    """
    if len(body) <= MAX_DEPTH:  # a level takes a byte or more
        return
    with suppress(IndexError):  # the body ends too early, for the reader too
        walk(body, 0, MAX_DEPTH)


def _collect(schema: object, named: dict[str, Definition]) -> None:
    """Know each named type by its name; refuse decimals without bounds."""
    if isinstance(schema, list):
        for branch in schema:
            _collect(branch, named)
    if not isinstance(schema, dict):
        return
    _collect(schema["type"], named)
    for key in _REPEATED.values():
        _collect(schema.get(key), named)
    if "name" in schema:
        named[str(schema["name"])] = schema
    for field in schema.get("fields", ()):
        _collect(field["type"], named)
    precision = schema.get("precision")
    if isinstance(precision, int) and precision > MAX_PRECISION:
        raise ConfigurationError(f"a decimal of more than {MAX_PRECISION} digits")


# --- the least a value takes


class _Extent(NamedTuple):
    """The bytes a value takes at least, its parts without any byte, its levels."""

    least: int = 1
    empty: int = 0
    height: int = 0


class _Extents:
    """Judges types; what is in an array, a map or a union has a byte before it."""

    def __init__(self, named: dict[str, Definition]) -> None:
        self._named = named
        self._known: dict[str, _Extent] = {}
        self._open: list[str] = []  # names, innermost last; "" for each byte between
        self.recursive = False

    def of(self, schema: object) -> _Extent:
        if isinstance(schema, list):
            height = max((self._behind(branch).height for branch in schema), default=0)
            return _Extent(height=height)
        if isinstance(schema, dict):
            return self._complex(schema)
        if schema in self._named:
            return self._of_name(str(schema))
        return _Extent(0, 1) if schema == "null" else _Extent()

    def _complex(self, schema: Definition) -> _Extent:
        kind = schema["type"]
        if kind in ("array", "map"):
            item = self._behind(schema[_REPEATED[str(kind)]])
            if kind == "array" and not item.least:
                raise ConfigurationError("an array's items take no bytes")
            if item.empty > _MOST_EMPTY_ITEM:
                raise ConfigurationError("items have too many parts without bytes")
            return _Extent(height=1 + item.height)
        return self._of_name(str(schema["name"])) if "name" in schema else self.of(kind)

    def _behind(self, schema: object) -> _Extent:
        self._open.append("")
        extent = self.of(schema)
        self._open.pop()
        return extent

    def _of_name(self, name: str) -> _Extent:
        if name in self._open:
            self.recursive = True
            if "" in self._open[self._open.index(name) :]:
                return _Extent()
            raise ConfigurationError(f"a {name} holds itself without end")
        known = self._known.get(name)
        if known is None:
            self._open.append(name)
            known = self._known[name] = self._named_one(self._named[name])
            self._open.pop()
        return known

    def _named_one(self, schema: Definition) -> _Extent:
        if "size" in schema:
            size = cast("int", schema["size"])
            return _Extent(size) if size > 0 else _Extent(0, 1)
        if "fields" not in schema:
            return _Extent()
        inner = [self.of(field["type"]) for field in _fields(schema)]
        empty = 1 + sum(part.empty for part in inner)
        if empty > _MOST_EMPTY:
            raise ConfigurationError("it has too many parts without bytes")
        height = 1 + max((part.height for part in inner), default=0)
        return _Extent(sum(part.least for part in inner), empty, height)


def _fields(schema: Definition) -> list[Definition]:
    return cast("list[Definition]", schema["fields"])


# --- the depth of a body


class _Walks:
    """Makes one function of each type; a named type is compiled once."""

    def __init__(self, named: dict[str, Definition]) -> None:
        self._named = named
        self._made: dict[str, Walk] = {}

    def of(self, schema: object) -> Walk:
        if isinstance(schema, list):
            return _union([self.of(branch) for branch in schema])
        if isinstance(schema, str):
            return _SCALARS.get(schema) or self._reference(schema)
        definition = cast("Definition", schema)
        kind = definition["type"]
        if kind == "array":
            return _blocks(self.of(definition["items"]), None)
        if kind == "map":
            return _blocks(self.of(definition["values"]), _bytes)
        if "name" in definition:
            return self._reference(str(definition["name"]))
        return self.of(kind)

    def _reference(self, name: str) -> Walk:
        if name not in self._made:

            def walk(body: bytes, at: int, left: int) -> int:
                return self._made[name](body, at, left)

            self._made[name] = walk  # a recursive one is not compiled yet
            self._made[name] = self._definition(self._named[name])
        return self._made[name]

    def _definition(self, schema: Definition) -> Walk:
        if "size" in schema:
            return _skip(cast("int", schema["size"]))
        if "fields" not in schema:
            return _number
        return _record([self.of(field["type"]) for field in _fields(schema)])


def _long(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while (byte := body[at]) & 0x80:
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
    value |= byte << shift
    return (value >> 1) ^ -(value & 1), at + 1


def _number(body: bytes, at: int, _left: int) -> int:
    while body[at] & 0x80:
        at += 1
    return at + 1


def _bytes(body: bytes, at: int, _left: int) -> int:
    size, at = _long(body, at)
    return _within(body, at + size, at)


def _within(body: bytes, end: int, start: int) -> int:
    if not start <= end <= len(body):
        raise IndexError
    return end


def _skip(size: int) -> Walk:
    return lambda body, at, _left: _within(body, at + size, at)


def _deeper(left: int) -> int:
    if not left:
        raise DecodeError(f"the data is nested more than {MAX_DEPTH} deep")
    return left - 1


def _record(fields: list[Walk]) -> Walk:
    def walk(body: bytes, at: int, left: int) -> int:
        left = _deeper(left)
        for field in fields:
            at = field(body, at, left)
        return at

    return walk


def _blocks(item: Walk, key: Walk | None) -> Walk:
    def walk(body: bytes, at: int, left: int) -> int:
        left = _deeper(left)
        while True:
            count, at = _long(body, at)
            if not count:
                return at
            if count < 0:
                _, at = _long(body, at)
            for _ in range(abs(count)):
                at = item(body, key(body, at, left) if key else at, left)

    return walk


def _union(branches: list[Walk]) -> Walk:
    def walk(body: bytes, at: int, left: int) -> int:
        number, at = _long(body, at)
        if number < 0:
            raise IndexError
        return branches[number](body, at, left)

    return walk


_SCALARS: dict[str, Walk] = {
    "null": _skip(0),
    "boolean": _skip(1),
    "int": _number,
    "long": _number,
    "float": _skip(4),
    "double": _skip(8),
    "bytes": _bytes,
    "string": _bytes,
}
