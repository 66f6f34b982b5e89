"""What `bus migrate import` does."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from bus.client.exports import read_export, read_types, write_import
from bus.client.schemas import load_catalogue
from bus.migration.importing import Imported, Sender, import_from
from processors.cli.called import bus
from processors.cli.control import GOOD, console, exit_with, print_json
from processors.screen.saying import say
from processors.screen.tables import Column, print_told

_SHOWN = 5
_COLUMNS = (
    Column("ID"),
    Column("URL"),
    Column("TYPES"),
    Column("SECRET", rank=2),
    Column("NOT CARRIED OVER"),
)


def import_export(
    ctx: typer.Context,
    sender: Sender,
    files: tuple[Path, Path | None, Path | None],
    *,
    as_json: bool,
) -> None:
    """Show, or write, what comes of an export."""
    exit_with(ctx, _import(sender, *files, as_json=as_json))


async def _import(
    sender: Sender, export: Path, types: Path | None, out: Path | None, *, as_json: bool
) -> int:
    names = {} if types is None else read_types(types)
    known = load_catalogue().event_types
    found = import_from(sender, read_export(export), names, known)
    if as_json:
        print_json([_fields(one) for one in found])
    else:
        print_told(console(), _COLUMNS, [_row(one) for one in found])
    if out is None:
        say("Nothing was written; --out FOLDER writes it.", err=as_json)
        return GOOD
    file = write_import(found, out)
    for line in _next(found, file):
        say(line, err=as_json)
    return GOOD


def _next(found: Sequence[Imported], file: Path) -> Iterator[str]:
    """A subscription that is there without a plan delivers, beside the old sender."""
    yield "Next: plan each, so that nothing comes from both senders; then apply."
    for one in found[:_SHOWN]:
        yield f"  {bus()} migrate plan {one.id}"
    if (more := len(found) - _SHOWN) > 0:
        yield f"  … and for {more:,} more"
    yield f"  {bus()} subscriptions apply -f {file} --dry-run"


def _fields(one: Imported) -> dict[str, object]:
    """What is shown: of secrets only whether there are any."""
    hidden = {"secret": bool(one.secret), "headers": sorted(one.headers)}
    return {**one.fields, **hidden, "notes": one.notes}


def _row(one: Imported) -> tuple[str, ...]:
    types = one.fields["types"]
    told = ", ".join(types) if isinstance(types, list) else ""
    secret = "its own" if one.secret else "a new one"
    return one.id, str(one.fields["url"]), told, secret, "; ".join(one.notes) or "-"
