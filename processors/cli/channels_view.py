"""How `bus channels` shows channels, problems, tests, coverage and sheets."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import cast

import typer

from bus.client.channels import read_samples
from bus.intake.channels.definition import Channel
from bus.intake.channels.loading import Loaded
from bus.intake.coverage import Coverage
from processors.cli.control import console
from processors.screen.plain import plain
from processors.screen.prose import laid, titled, width_of_output
from processors.screen.tables import Column, print_told

_MOST_SHOWN = 8
_INDENT = 14
_Document = dict[str, object]


def listed(loaded: Loaded, place: Path) -> _Document:
    """A channel as a list shows it."""
    channel = loaded.channel
    if channel is None:
        problems = [str(problem) for problem in loaded.problems]
        return {"channel": place.name, "usable": False, "problems": problems}
    return {
        "channel": channel.name,
        "usable": True,
        "title": channel.title,
        "about": channel.about,
        "format": channel.format,
        "version": channel.version,
        "verify": channel.verifier.describes,
        "events": {native: list(names) for native, names in channel.events.items()},
        "settings": {name: asdict(one) for name, one in channel.settings.items()},
        "deduplicate_s": channel.deduplicate_s,
        "samples": len(read_samples(place)),
    }


def print_list(rows: Sequence[Mapping[str, object]]) -> None:
    """Print a line a channel."""
    if not rows:
        typer.echo("No channels.")
        return
    columns = (
        Column("CHANNEL"),
        Column("FORMAT", rank=2),
        Column("SAMPLES", rank=1, right=True),
        Column("VERIFIED BY"),
    )
    print_told(console(), columns, [_row(row) for row in rows])


def _row(row: Mapping[str, object]) -> Sequence[str]:
    name = str(row["channel"])
    if not row["usable"]:
        return (name, "", "", "nobody: it has faults, see `bus channels check`")
    return (name, str(row["format"]), str(row["samples"]), str(row["verify"]))


def checked(loaded: Loaded, place: Path) -> _Document:
    """What is wrong with a channel."""
    problems = [asdict(problem) for problem in loaded.problems]
    return {"channel": place.name, "problems": problems}


def print_problems(found: Sequence[_Document]) -> None:
    """Print a line a channel, and below it a line a problem, as editors read it."""
    for one in found:
        problems = cast("list[Mapping[str, object]]", one["problems"])
        word = typer.style("ok  ", fg="green")
        if problems:
            word = typer.style("BAD ", fg="red")
        typer.echo(f"{word} {one['channel']}")
        for problem in problems:
            at = f"{one['channel']}/{problem['file']}:{problem['line']}"
            typer.echo(f"     {at}: {problem['code']}: {problem['text']}")


def print_tests(results: Sequence[_Document]) -> None:
    """Print a line a channel, and what differs."""
    for one in results:
        differs = cast("Mapping[str, Sequence[str]]", one["differs"])
        word = (
            typer.style("FAIL", fg="red")
            if differs
            else typer.style("ok  ", fg="green")
        )
        written = f", {one['written']} written" if one["written"] else ""
        typer.echo(f"{word} {one['channel']}: {one['samples']} samples{written}")
        for sample, lines in differs.items():
            typer.echo(f"     {sample}")
            for line in lines[:_MOST_SHOWN]:
                typer.echo(f"       {line}")
            if len(lines) > _MOST_SHOWN:
                typer.echo(f"       and {len(lines) - _MOST_SHOWN} more")


def as_document(found: Coverage) -> _Document:
    """Coverage as JSON."""
    unread = [{"field": field, "times": times} for field, times in found.unread]
    unfilled = {name: list(paths) for name, paths in found.unfilled.items()}
    return {
        "read": found.read,
        "fields": found.fields,
        "unread": unread,
        "unfilled": unfilled,
    }


def print_coverage(found: Coverage) -> None:
    """Print what is read of how much, and what is left out."""
    typer.echo(f"{found.read} of {found.fields} source fields in the samples are read.")
    if found.unread:
        typer.echo("\nNobody reads:")
    for field, times in found.unread:
        typer.echo(f"  {field}  ({times} times)")
    for name, paths in found.unfilled.items():
        typer.echo(f"\nNobody fills in {name}:")
        for path in paths:
            typer.echo(f"  {path}")


def print_sheet(
    channel: Channel, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Print a sheet: as Markdown, or on a terminal a block for each target."""
    width = width_of_output()
    if width is None:
        typer.echo(as_markdown(channel, heads, rows))
        return
    for text in (channel.title, channel.about, _told_of(channel)):
        _say_lines(laid(text, 0, width))
    event = None
    for row in rows:
        cells = dict(zip(heads, row, strict=True))
        if cells["event"] != event:
            event = cells["event"]
            typer.secho(f"\n{plain(event)}", bold=True)
        typer.echo(f"  {plain(cells['target'])}")
        for head in heads[2:]:
            if cells[head]:
                _say_lines(titled(f"    {head}", cells[head], _INDENT, width))


def _say_lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def as_markdown(
    channel: Channel, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """A sheet as Markdown, with a head that says of what it is."""
    lines = [
        f"# {channel.title}",
        "",
        f"{channel.about}",
        "",
        _told_of(channel),
        "",
        _line(heads),
        _line(["---"] * len(heads)),
        *(_line(row) for row in rows),
    ]
    return "\n".join(lines)


def _told_of(channel: Channel) -> str:
    head = f"Channel `{channel.name}`, version `{channel.version}`."
    return f"{head} Verified by {channel.verifier.describes}."


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def as_csv_text(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A sheet as CSV; what a spreadsheet would take for a formula is text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
