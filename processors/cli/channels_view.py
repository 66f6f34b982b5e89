"""How `bus channels` shows channels, problems, tests, coverage and sheets."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import cast

import typer

from bus.client.channels import read_samples
from bus.intake.channels.definition import Channel
from bus.intake.channels.loading import Loaded
from bus.intake.coverage import Coverage

_MOST_SHOWN = 8
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
    wide = max(len(str(row["channel"])) for row in rows)
    typer.echo(f"{'CHANNEL':{wide}}  {'FORMAT':8} {'SAMPLES':>7}  VERIFIED BY")
    for row in rows:
        if not row["usable"]:
            typer.echo(f"{row['channel']:{wide}}  has faults: `bus channels check`")
            continue
        head = f"{row['channel']:{wide}}  {row['format']:8} {row['samples']:>7}"
        typer.echo(f"{head}  {row['verify']}")


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
