"""How `bus schemas` shows reports, lists and event types on a terminal."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import typer
from rich.text import Text

from bus.contracts.codec import Schema
from bus.contracts.fields import FieldDoc, field_docs, meaning_of
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample
from processors.cli.control import console
from processors.cli.schema_check import Report, Verdict
from processors.screen.prose import laid, width_of_output
from processors.screen.tables import Column, drawn, piped, print_table

_EXAMPLE_TIME = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


_VERDICTS = (
    Column("VERDICT"),
    Column("FILE", rank=2),
    Column("EVENT TYPE"),
    Column("COMPARED", rank=1),
)


def print_report(report: Report) -> None:
    """Print a line a schema, and below it why it is refused."""
    out = console()
    rows = [_verdict(verdict) for verdict in report.schemas]
    if out.is_terminal:
        lines = drawn(_VERDICTS, rows, out.width)
    else:
        lines = [Text(line) for line in piped(_VERDICTS, rows)]
    for line, verdict in zip(lines[1:], report.schemas, strict=True):
        typer.echo(_coloured(line.plain, verdict))
        if not verdict.good and verdict.file not in line.plain:
            typer.echo(f"           {verdict.file}")
        for why in verdict.faults + verdict.reasons:
            typer.echo(f"           {why}")
    for clash in report.clashes:
        typer.echo(f"{typer.style('broken  ', fg='red')} {clash}")
    for event_type in report.gone:
        typer.echo(f"note     {event_type} is gone: who subscribed to it gets no more")


def _verdict(verdict: Verdict) -> Sequence[str]:
    plural = "" if verdict.compared == 1 else "s"
    compared = f"{verdict.compared} earlier version{plural}"
    return (_word(verdict), verdict.file, verdict.event_type or "?", compared)


def _word(verdict: Verdict) -> str:
    return "ok" if verdict.good else "BREAKS" if verdict.reasons else "broken"


def _coloured(line: str, verdict: Verdict) -> str:
    word = _word(verdict)
    said = typer.style(word, fg="green" if verdict.good else "red")
    return said + line.removeprefix(word)


def print_types(rows: Sequence[Mapping[str, str | int]]) -> None:
    """Print a line an event type; on a narrow terminal without its subject."""
    columns = (
        Column("EVENT TYPE"),
        Column("TOPIC"),
        Column("FIELDS", right=True),
        Column("SUBJECT", rank=1),
    )
    shown = ("event_type", "topic", "fields", "subject")
    cells = [[str(row[name]) for name in shown] for row in rows]
    print_table(console(), columns, cells)


def print_schema(schema: Schema) -> None:
    """Print what an event type means, each field with its doc, and an example."""
    event_type = str(schema.event_type)
    typer.echo(f"{event_type}  ({schema.full_name})")
    _print_laid(meaning_of(schema), 0)
    typer.echo()
    for field in field_docs(schema):
        _print_field(field)
    _print_example(event_type)


def _print_field(field: FieldDoc) -> None:
    optional = "  optional" if field.optional else ""
    head = f"{typer.style(field.path, bold=True)}  {field.type}"
    typer.echo(f"{head}{typer.style(optional, dim=True)}")
    _print_laid(f"    {field.doc}", 4)
    if field.symbols:
        _print_laid(f"    One of: {', '.join(field.symbols)}", 6)


def _print_laid(text: str, then: int) -> None:
    for line in laid(text, then, width_of_output()):
        typer.echo(line)


def _print_example(event_type: str) -> None:
    try:
        event = sample(event_type, 1, _EXAMPLE_TIME)
    except InvalidEventError:
        return
    text = json.dumps(event.data, indent=2, ensure_ascii=False, default=_as_json)
    typer.echo(f"\nExample:\n{text}")


def _as_json(value: object) -> str:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
