"""Reads recordings of what was sent, and terms, from files."""

import csv
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from typing import Final

from bus.errors import ConfigurationError
from bus.intake.verifying.verdict import Secret
from bus.migration.comparison import Unread
from bus.migration.recorded import (
    Recorded,
    UnreadError,
    read_json_line,
    recorded_of,
    written,
)
from bus.migration.terms import MOST_BYTES, Reading, Terms, parse_terms

_LONGEST: Final = 32 << 20
"""Characters of a line, or of a field of a CSV file."""


def read_terms(file: Path) -> tuple[Terms, str]:
    """The terms of a file, and its text.

    Raises:
        ConfigurationError: It cannot be read, or something in it is wrong.
    """
    text = _text(file)
    try:
        return parse_terms(text), text
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from None


def read_secrets(reading: Reading, beside: Path) -> tuple[Secret, ...]:
    """The secrets that a side signs with, one a line; files are found beside the terms.

    Raises:
        ConfigurationError: The file cannot be read, or is empty.
    """
    if reading.signing is None:
        return ()
    file = beside.parent / reading.signing.secret_file
    lines = [line.strip() for line in _text(file).splitlines()]
    found = tuple(Secret(str(at), line) for at, line in enumerate(lines, 1) if line)
    if not found:
        raise ConfigurationError(f"{file} has no secret in it")
    return found


def read_recording(file: Path) -> Iterator[Recorded | Unread]:
    """The lines of a recording: CSV if the file's name ends so, else JSON lines.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    reader = _csv_lines if file.suffix.lower() == ".csv" else _json_lines
    try:
        yield from reader(file)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not text in UTF-8") from None


def _json_lines(file: Path) -> Iterator[Recorded | Unread]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            place = f"{file.name}:{number}"
            if not line.strip():
                continue
            if len(line) > _LONGEST:
                yield Unread(place, f"a line of more than {_LONGEST:,} bytes")
                continue
            try:
                yield read_json_line(line, place)
            except UnreadError as error:
                yield Unread(place, str(error))


def _csv_lines(file: Path) -> Iterator[Recorded | Unread]:
    csv.field_size_limit(_LONGEST)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        try:
            for row in rows:
                place = f"{file.name}:{rows.line_num}"
                try:
                    fields = {name: text for name, text in row.items() if name}
                    yield recorded_of(fields, place)
                except UnreadError as error:
                    yield Unread(place, str(error))
        except csv.Error as error:
            raise ConfigurationError(
                f"{file}, line {rows.line_num}: no CSV: {error}"
            ) from None


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ConfigurationError(f"{file} is larger than {MOST_BYTES:,} bytes")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not text in UTF-8") from None


def last_column(file: Path, name: str) -> str | None:
    """What the last line that can be read has in a column; None: there is none."""
    last: str | None = None
    if file.exists():
        for line in read_recording(file):
            if isinstance(line, Recorded):
                last = line.columns.get(name, last)
    return last


class RecordingFile:
    """A recording that grows by a line at a time, each whole in one write."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._out = file.open("ab", buffering=0)
            self._end_line()
        except OSError as error:
            raise ConfigurationError(f"cannot write {file}: {error.strerror}") from None

    def _end_line(self) -> None:
        """End a line that was cut when its writer died: it counts as unread."""
        with self._file.open("rb") as there:
            if there.seek(0, SEEK_END):
                there.seek(-1, SEEK_END)
                if there.read(1) != b"\n":
                    self._out.write(b"\n")

    def append(self, line: Recorded) -> None:
        """Write a line.

        Raises:
            OSError: It could not be written.
        """
        self._out.write(written(line) + b"\n")

    def close(self) -> None:
        """Write no more."""
        self._out.close()
