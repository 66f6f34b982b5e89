"""How `bus schemas` shows reports, lists and event types on a terminal."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import typer

from bus.contracts.codec import Schema
from bus.contracts.fields import FieldDoc, field_docs, meaning_of
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample
from processors.cli.control import console
from processors.cli.schema_check import Report, Verdict
from processors.screen.tables import Column, print_table

_EXAMPLE_TIME = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def print_report(report: Report) -> None:
    """Print a line a schema, and below it why it is refused."""
    for verdict in report.schemas:
        _print_verdict(verdict)
    for clash in report.clashes:
        typer.echo(f"{typer.style('broken  ', fg='red')} {clash}")
    for event_type in report.gone:
        typer.echo(f"note     {event_type} is gone: who subscribed to it gets no more")


def _print_verdict(verdict: Verdict) -> None:
    word = "ok" if verdict.good else "BREAKS" if verdict.reasons else "broken"
    colour = "green" if verdict.good else "red"
    plural = "" if verdict.compared == 1 else "s"
    typer.echo(
        f"{typer.style(f'{word:8}', fg=colour)} {verdict.file:42} "
        f"{verdict.event_type or '?':31} {verdict.compared} earlier version{plural}"
    )
    for line in verdict.faults + verdict.reasons:
        typer.echo(f"           {line}")


def print_types(rows: Sequence[Mapping[str, str | int]]) -> None:
    """Print a line an event type; on a narrow terminal without its subject."""
    columns = (
        Column("EVENT TYPE"),
        Column("TOPIC"),
        Column("FIELDS", right=True),
        Column("SUBJECT", rank=1),
    )
    print_table(console(), columns, [[str(one) for one in r.values()] for r in rows])


def print_schema(schema: Schema) -> None:
    """Print what an event type means, each field with its doc, and an example."""
    event_type = str(schema.event_type)
    typer.echo(f"{event_type}  ({schema.full_name})\n{meaning_of(schema)}\n")
    for field in field_docs(schema):
        _print_field(field)
    _print_example(event_type)


def _print_field(field: FieldDoc) -> None:
    optional = "  optional" if field.optional else ""
    head = f"{typer.style(field.path, bold=True)}  {field.type}"
    typer.echo(f"{head}{typer.style(optional, dim=True)}\n    {field.doc}")
    if field.symbols:
        typer.echo(f"    One of: {', '.join(field.symbols)}")


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
