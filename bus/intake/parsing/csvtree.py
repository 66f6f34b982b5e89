"""CSV to a tree: a row is a dict by column, an order the rows that share its key.

An item is its first row, with all of its rows by `rows`.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.intake.parsing.tree import Limits, Parsed, TooMuchError, Tree, UnparsableError

_Row = dict[str, object]
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written.

    Attributes:
        delimiter: Between fields.
        quote: Around fields that hold delimiters, quotes or line ends.
        encoding: Of its bytes; a byte order mark is passed over.
        columns: Their names, for files without a line of them.
        skip: Lines before the line of names, or the first row.
        group: The column whose equal values make rows one order; empty: each row
            is one.
        called: What columns are called in the file, to the names that they have here.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    columns: tuple[str, ...] = ()
    skip: int = 0
    group: str = ""
    called: Mapping[str, str] = field(default_factory=dict)


def parse_csv(body: bytes, limits: Limits, dialect: Dialect) -> Parsed:
    """Return the items of a CSV file, in the order of their first rows.

    Raises:
        UnparsableError: Not of its encoding, without a column that is needed, or a
            row has more fields than there are columns.
    """
    rows = _rows(_text(body, dialect), limits, dialect)
    items = _grouped(rows, dialect.group)
    if len(items) > limits.items:
        raise TooMuchError(f"more than {limits.items:,} orders")
    return Parsed({"rows": rows}, list(items))


def _text(body: bytes, dialect: Dialect) -> str:
    encoding = dialect.encoding
    try:
        text = body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise UnparsableError(f"byte {error.start + 1} is not {encoding}") from None
    if "\0" in text:
        raise UnparsableError("there is a NUL in it: no text")
    return text


def _rows(text: str, limits: Limits, dialect: Dialect) -> list[Tree]:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        strict=True,
    )
    found: list[Tree] = []
    columns = _renamed(list(dialect.columns), dialect)
    nodes = 0
    try:
        for fields in reader:
            if reader.line_num <= dialect.skip or not any(map(str.strip, fields)):
                continue
            if not columns:
                columns = _renamed(_named(fields), dialect)
                continue
            nodes += len(fields)
            if nodes > limits.nodes:
                raise TooMuchError(f"more than {limits.nodes:,} values")
            found.append(_row(columns, fields, reader.line_num))
    except csv.Error as error:
        raise UnparsableError(f"line {reader.line_num}: {error}") from None
    return found


def _named(fields: list[str]) -> list[str]:
    names = [name.strip() for name in fields]
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise UnparsableError(f"the column {min(twice)[:60]!r} is there twice")
    return names


def _renamed(names: list[str], dialect: Dialect) -> list[str]:
    """Columns by the names that they have here; one that is missing is told."""
    if not names:
        return names
    missing = [name for name in dialect.called if name not in names]
    if missing:
        there = ", ".join(name for name in names if name)[:_SHOWN]
        own = dialect.called[missing[0]]
        why = f"there is no column {missing[0][:60]!r}, which is to be {own!r}"
        raise UnparsableError(f"{why}; there are: {there}")
    return _named([dialect.called.get(name, name) for name in names])


def _row(columns: list[str], fields: list[str], line: int) -> _Row:
    if len(fields) > len(columns):
        count = f"{len(fields)} fields, there are {len(columns)} columns"
        raise UnparsableError(f"line {line} has {count}")
    pairs = zip(columns, fields, strict=False)
    row: _Row = {name: value.strip() for name, value in pairs if name}
    return row | {"#line": line}


def _grouped(rows: list[Tree], group: str) -> list[_Row]:
    items: dict[object, _Row] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        if group and group not in row:
            raise UnparsableError(f"there is no column {group!r}")
        # A row without a key is nobody's but its own.
        key = (row[group] or number) if group else number
        item = items.setdefault(key, row | {"rows": []})
        members = item["rows"]
        if isinstance(members, list):
            members.append(row)
    return list(items.values())
