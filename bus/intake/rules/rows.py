"""Rows of lookup tables as records, and as CSV."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bus.errors import ConfigurationError

Rows: TypeAlias = Mapping[str, Mapping[str, str]]
TABLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MOST_ROWS = 200_000
"""Rows of all tables together: they are held in memory by whoever judges."""
_OTHERS = re.compile("[;\t|]")
_MOST_KEY, _MOST_CELL, _MOST_COLUMNS = 200, 500, 20


def row_key(table: str, key: str) -> bytes:
    """The key of a row's record."""
    return f"{table}/{key}".encode()


def read_row_key(key: bytes) -> tuple[str, str] | None:
    """The table and the key of a row's record; None if it is none."""
    table, slash, rest = key.decode(errors="replace").partition("/")
    return (table, rest) if slash and rest and TABLE.fullmatch(table) else None


def row_value(row: Mapping[str, str]) -> bytes:
    """The value of a row's record."""
    return json.dumps(dict(row), ensure_ascii=False, separators=(",", ":")).encode()


def read_row_value(value: bytes) -> dict[str, str]:
    """What a row's record says.

    Raises:
        ConfigurationError: It is no JSON object.
    """
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        raise ConfigurationError("not JSON") from None
    if not isinstance(found, dict):
        raise ConfigurationError("not a JSON object")
    return {str(name): str(cell) for name, cell in found.items()}


def check_table(name: str) -> str:
    """The name of a table.

    Raises:
        ConfigurationError: It is none.
    """
    if not TABLE.fullmatch(name):
        why = "small letters, digits and dashes are expected"
        raise ConfigurationError(f"{name!r} is no name of a lookup table: {why}")
    return name


def check_row(key: str, row: Mapping[str, str]) -> None:
    """Raise unless it is a row as `read_csv` makes them.

    Raises:
        ConfigurationError: With its key, and what was expected.
    """
    if key != key.strip() or not _is_key(key):
        why = f"1 to {_MOST_KEY} characters that can be seen are expected"
        raise ConfigurationError(f"{key[:_MOST_KEY]!r} is no key of a row: {why}")
    if len(row) >= _MOST_COLUMNS:
        why = f"it has {len(row)} columns, up to {_MOST_COLUMNS - 1} are expected"
        raise ConfigurationError(f"row {key!r}: {why}")
    for name, cell in row.items():
        if not name or name != name.strip().lower() or not name.isprintable():
            why = "a column's name is expected in small letters, without spaces around"
            raise ConfigurationError(f"row {key!r}: column {name!r}: {why}")
        if len(cell) > _MOST_CELL:
            why = f"it has {len(cell):,} characters, up to {_MOST_CELL} are expected"
            raise ConfigurationError(f"row {key!r}, {name}: {why}")


def _is_key(key: str) -> bool:
    return bool(key) and len(key) <= _MOST_KEY and key.isprintable()


def read_cells(words: Iterable[str]) -> dict[str, str]:
    """The cells of a row, of words such as `price=14.90`; an empty value is none.

    Raises:
        ConfigurationError: With the word, and what was expected.
    """
    pairs: list[tuple[str, str]] = []
    for word in words:
        name, equals, cell = word.partition("=")
        if not equals or not name.strip():
            raise ConfigurationError(f"{word!r}: COLUMN=VALUE is expected")
        pairs.append((name, cell))
    return as_row(pairs)


def as_row(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A row of names of columns and values; an empty value is none.

    Raises:
        ConfigurationError: A column comes twice.
    """
    row: dict[str, str] = {}
    for named, cell in pairs:
        name = named.strip().lower()
        if name in row:
            raise ConfigurationError(f"the column {name} comes twice")
        row[name] = cell.strip()
    return {name: cell for name, cell in row.items() if cell}


def read_csv(text: str) -> dict[str, dict[str, str]]:
    """Rows of a CSV text by their first column; its first line names the columns.

    Raises:
        ConfigurationError: With the line, and what is wrong with it.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    rows: dict[str, dict[str, str]] = {}
    names: list[str] = []
    try:
        for cells in reader:
            if not names:
                names = _names(cells)
            elif any(cell.strip() for cell in cells):
                key, row = _row(names, cells, reader.line_num)
                if key in rows:
                    _refuse(reader.line_num, f"{key!r} comes twice")
                rows[key] = row
            if len(rows) > MOST_ROWS:
                _refuse(reader.line_num, f"more than {MOST_ROWS:,} rows")
    except csv.Error as error:
        _refuse(reader.line_num, str(error))
    if not rows:
        line, what = (2, "rows below") if names else (1, "rows, and before them")
        _refuse(line, f"{what} the names of the columns are expected")
    return rows


def _names(cells: Iterable[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) == 1 and (found := _OTHERS.search(names[0])):
        _refuse(1, f"commas are expected between columns, not {found[0]!r}")
    if len(names) > _MOST_COLUMNS or not all(names) or len(set(names)) < len(names):
        _refuse(1, f"up to {_MOST_COLUMNS} names of columns, each once, are expected")
    return names


def _row(names: list[str], cells: list[str], line: int) -> tuple[str, dict[str, str]]:
    if len(cells) != len(names):
        _refuse(line, f"{len(names)} columns are expected, there are {len(cells)}")
    key, *rest = (cell.strip() for cell in cells)
    if not _is_key(key):
        _refuse(line, f"a key of 1 to {_MOST_KEY} characters is expected first")
    if any(len(cell) > _MOST_CELL for cell in rest):
        _refuse(line, f"a value has more than {_MOST_CELL} characters")
    return key, {n: c for n, c in zip(names[1:], rest, strict=True) if c}


def _refuse(line: int, why: str) -> None:
    raise ConfigurationError(f"line {line}: {why}")


def as_csv(rows: Rows) -> str:
    """Rows as a CSV text that `read_csv` reads back."""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["key", *columns])
    for key in sorted(rows):
        writer.writerow([key, *(rows[key].get(name, "") for name in columns)])
    return written.getvalue()
