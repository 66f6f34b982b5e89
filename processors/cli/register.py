"""The work behind `bus schemas register` and `bus registry serve`."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import typer

from bus.contracts.catalogue import Catalogue
from bus.contracts.compatibility import DEFAULT_LEVEL, check
from bus.contracts.schema_text import canonical
from bus.ports import Schemas
from processors.registry.server import Registry
from processors.screen.plain import plain
from processors.screen.prose import titled, width_of_output


class Subjects(Schemas, Protocol):
    """A registry that also shows what it holds; `LocalSchemas`, `RegistrySchemas`."""

    async def versions(self, subject: str) -> Sequence[tuple[str, str]]:
        """All versions of a subject as (label, complete text), oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of one event type's schema.

    `verdict` is new, changed, unchanged or incompatible; `id` is None where nothing
    was registered; `reasons` say why it is incompatible.
    """

    event_type: str
    subject: str
    verdict: str
    id: int | None = None
    reasons: tuple[str, ...] = ()


async def register_catalogue(
    catalogue: Catalogue, registry: Subjects, *, dry_run: bool = False
) -> list[Registration]:
    """Register every schema under its subject, or none if one would break readers.

    Checked against all versions in the registry, BACKWARD_TRANSITIVE, whatever level
    the registry itself is set to.

    Raises:
        IncompatibleSchemaError: The registry is stricter than our check.
        InvalidSchemaError: The registry takes it for no schema.
        RegistryUnavailableError: Try again; what is registered stays.
    """
    rows = [
        await _examined(catalogue, registry, event_type)
        for event_type in catalogue.event_types
    ]
    if dry_run or not is_good(rows):
        return rows
    return [await _registered(catalogue, registry, row) for row in rows]


async def _examined(
    catalogue: Catalogue, registry: Subjects, event_type: str
) -> Registration:
    subject = catalogue.subject(event_type)
    text = catalogue.schema(event_type).text
    earlier = await registry.versions(subject)
    reasons = check(text, earlier, DEFAULT_LEVEL)
    held = {canonical(older) for _, older in earlier}
    if canonical(text) in held:
        verdict = "unchanged"
    elif reasons:
        verdict = "incompatible"
    else:
        verdict = "changed" if earlier else "new"
    refused = reasons if verdict == "incompatible" else ()
    return Registration(event_type, subject, verdict, reasons=refused)


async def _registered(
    catalogue: Catalogue, registry: Subjects, row: Registration
) -> Registration:
    text = catalogue.schema(row.event_type).text
    schema_id = await registry.register(row.subject, text)
    return Registration(row.event_type, row.subject, row.verdict, schema_id)


def is_good(rows: Sequence[Registration]) -> bool:
    """Does nothing stand in the way? If not, the command's exit code is 1."""
    return not any(row.reasons for row in rows)


def print_registrations(
    rows: Sequence[Registration], *, as_json: bool, dry_run: bool
) -> None:
    """Print a line a subject, or one JSON document."""
    if as_json:
        document = {
            "good": is_good(rows),
            "registered": is_good(rows) and not dry_run,
            "subjects": [asdict(row) for row in rows],
        }
        typer.echo(json.dumps(document, indent=2))
        return
    for row in rows:
        schema_id = "-" if row.id is None else str(row.id)
        colour = typer.colors.RED if row.reasons else None
        verdict = typer.style(f"{row.verdict:12}", fg=colour)
        typer.echo(f"{verdict} {schema_id:>6}  {plain(row.subject)}")
        for reason in row.reasons:
            for line in titled("", reason, 21, width_of_output()):
                typer.echo(line)
    if not is_good(rows):
        typer.echo("nothing was registered", err=True)
    elif dry_run:
        typer.echo("dry run: nothing was registered", err=True)


async def serve_registry(
    registry: Registry,
    stopping: asyncio.Event,
    *,
    host: str = "127.0.0.1",
    port: int = 8081,
    say: Callable[[str], None] = typer.echo,
) -> None:
    """Serve the registry until `stopping` is set; says its URL once it answers.

    Raises:
        ConfigurationError: The address cannot be used.
        RegistryUnavailableError: The log cannot be read.
    """
    await registry.start(host, port)
    try:
        say(f"schema registry: {registry.url}")
        await stopping.wait()
    finally:
        await registry.stop()
