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
    if not names:
        raise ConfigurationError("line 1: the names of the columns are expected")
    return rows


def _names(cells: Iterable[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) > _MOST_COLUMNS or not all(names) or len(set(names)) < len(names):
        _refuse(1, f"up to {_MOST_COLUMNS} names of columns, each once, are expected")
    return names


def _row(names: list[str], cells: list[str], line: int) -> tuple[str, dict[str, str]]:
    if len(cells) != len(names):
        _refuse(line, f"{len(names)} columns are expected, there are {len(cells)}")
    key, *rest = (cell.strip() for cell in cells)
    if not key or len(key) > _MOST_KEY or not key.isprintable():
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
