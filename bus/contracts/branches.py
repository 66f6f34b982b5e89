"""Which branch of a union a record is, told to fastavro, which else tries them all.

It compares a record in a union with every branch before it writes it. Data that was
found to match its schema has one answer where one branch alone is a record.
"""

from collections.abc import Callable
from typing import TypeAlias, cast

Parsed: TypeAlias = dict[str, object]
Mark: TypeAlias = Callable[[object], object]


def compile_marks(parsed: object) -> Mark | None:
    """What marks the records in unions of such data; None where there are none.

    What it returns is for fastavro alone; the data stays as it is. A type that holds
    itself is left to fastavro.
    """
    try:
        return _Compiler().mark(parsed)
    except _RecursiveError:
        return None


_NO_DICTIONARIES = frozenset(
    {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
    | {"enum", "fixed", "array"}
)


class _RecursiveError(Exception):
    """A type holds itself."""


class _Compiler:
    def __init__(self) -> None:
        self._records: set[str] = set()
        self._marks: dict[str, Mark | None] = {}

    def mark(self, schema: object) -> Mark | None:
        if isinstance(schema, str):
            if schema in self._records - self._marks.keys():
                raise _RecursiveError
            return self._marks.get(schema)
        if isinstance(schema, list):
            return self._union(schema)
        return self._complex(cast("Parsed", schema))

    def _complex(self, schema: Parsed) -> Mark | None:
        match schema["type"]:
            case "record" | "error":
                return self._record(schema)
            case "array":
                return _each(self.mark(schema["items"]))
            case "map":
                return _values(self.mark(schema["values"]))
            case str():
                return None
            case inner:
                return self.mark(inner)

    def _record(self, schema: Parsed) -> Mark | None:
        name = str(schema["name"])
        self._records.add(name)
        fields = cast("list[Parsed]", schema["fields"])
        found = [(str(one["name"]), self.mark(one["type"])) for one in fields]
        marks = [(field, mark) for field, mark in found if mark is not None]
        self._marks[name] = _fields(marks) if marks else None
        return self._marks[name]

    def _union(self, schema: list[object]) -> Mark | None:
        """Of one record beside what is no dictionary; others are not marked."""
        marks = [self.mark(one) for one in schema]
        found = [
            (one, self._name_of(one), mark)
            for one, mark in zip(schema, marks, strict=True)
        ]
        records = [(name, mark) for _, name, mark in found if name]
        others = [(one, mark) for one, name, mark in found if not name]
        if len(records) != 1 or any(mark or not _is_none(one) for one, mark in others):
            return None
        return _branch(*records[0])

    def _name_of(self, branch: object) -> str:
        """The name of a record; empty for everything else."""
        if isinstance(branch, str):
            return branch if branch in self._records else ""
        one = cast("Parsed", branch)
        return str(one["name"]) if one["type"] in ("record", "error") else ""


def _is_none(branch: object) -> bool:
    """Whether no value of it is a dictionary, as far as it is defined here."""
    kind = branch.get("type") if isinstance(branch, dict) else branch
    return isinstance(kind, str) and kind in _NO_DICTIONARIES


def _fields(marks: list[tuple[str, Mark]]) -> Mark:
    def mark(value: object) -> object:
        marked = dict(cast("Parsed", value))
        for name, of in marks:
            if (inner := marked.get(name)) is not None:
                marked[name] = of(inner)
        return marked

    return mark


def _branch(name: str, inside: Mark | None) -> Mark:
    def mark(value: object) -> object:
        if not isinstance(value, dict):
            return value
        return name, inside(value) if inside else value

    return mark


def _each(of: Mark | None) -> Mark | None:
    return of and (lambda value: [of(one) for one in cast("list[object]", value)])


def _values(of: Mark | None) -> Mark | None:
    return of and (
        lambda value: {key: of(one) for key, one in cast("Parsed", value).items()}
    )
