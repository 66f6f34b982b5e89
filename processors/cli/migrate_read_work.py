"""What `bus migrate read` does."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import typer

from bus.client.recordings import RecordingFile, last_column
from bus.errors import ConfigurationError
from bus.migration.comparison import Unread
from bus.migration.recorded import OWN, Recorded
from processors.cli.control import FAILED, GOOD, exit_with
from processors.cli.migrate_work import seconds_of
from processors.clock import SystemClock
from processors.parity.table import table_lines
from processors.screen.saying import say
from processors.wiring.table import open_table

_LONGEST = 64 << 10
_SHOWN = 5


class Asked(NamedTuple):
    """Which table is read, and how far."""

    url_file: Path
    statement: Path
    by: str
    settle: str
    most: int


def read_table(ctx: typer.Context, asked: Asked, out: Path) -> None:
    """Read on, behind what the recording has."""
    exit_with(ctx, _read_table(asked, out))


async def _read_table(asked: Asked, out: Path) -> int:
    if asked.by in OWN:
        raise ConfigurationError(
            f"--by: {asked.by} is a name of the recording; have the statement give the "
            "column that rises a name of its own"
        )
    until_ms = (SystemClock.now() - seconds_of("settle", asked.settle)) * 1000
    url, statement = _text(asked.url_file), _text(asked.statement)
    count, unread = 0, 0
    after = last_column(out, asked.by)
    with (
        closing(RecordingFile(out)) as file,
        open_table(url, statement, asked.by) as table,
    ):
        lines = table_lines(table.pages(after), asked.by, int(until_ms))
        for line in _first(lines, asked.most):
            if isinstance(line, Recorded):
                count += 1
                file.append(line)
                continue
            unread += 1
            if unread <= _SHOWN:
                say(f"{line.place}: {line.why}", err=True)
    told = "" if after is None else f", behind {asked.by} {after}"
    say(f"{count:,} rows were added to {out}{told}.")
    if unread:
        say(f"{unread:,} rows could not be read.", err=True)
    return FAILED if unread else GOOD


def _first(
    lines: Iterator[Recorded | Unread], most: int
) -> Iterator[Recorded | Unread]:
    for line, _ in zip(lines, range(most), strict=False):
        yield line


def _text(file: Path) -> str:
    try:
        with file.open("rb") as there:
            found = there.read(_LONGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    if len(found) > _LONGEST:
        raise ConfigurationError(f"{file} is larger than {_LONGEST:,} bytes")
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not text in UTF-8") from None
