"""What the commands of rules do."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from bus.client.cases import file_cases, sample_cases
from bus.client.channels import FolderChannels, channels_folder
from bus.client.rules import read_rules
from bus.client.schemas import load_catalogue
from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError, OrderbusError
from bus.intake.rules.book import Book
from bus.intake.rules.comparing import Case
from bus.intake.rules.documents import Document, check_document
from bus.intake.rules.lines import Line
from bus.intake.yamltree import Problem
from processors.cli.control import FAILED, GOOD, complain
from processors.cli.proposals_view import print_followed
from processors.cli.rules_options import schemas_folder, schemas_of
from processors.cli.rules_view import print_backtest, print_problems, print_steps
from processors.rules.applying import QUIET, Step, apply, plan
from processors.rules.applying import shown as step_shown
from processors.rules.backtest import backtest, shown
from processors.rules.decisions import read_decisions
from processors.rules.opening import open_rules
from processors.rules.proposing import follow, learned, proposal_row
from processors.rules.submissions import stored_cases
from processors.rules.world import RulesWorld
from processors.sources.table import SourceTable
from processors.subscriptions.keys import Keys
from processors.subscriptions.world import World


class Wanted(NamedTuple):
    """How a document is to be applied."""

    enforce: bool
    prune: bool
    dry_run: bool


def check(ctx: typer.Context, file: Path, *, as_json: bool) -> None:
    """Check a document, and say what is wrong."""
    try:
        document = read_rules(file)
        problems = check_document(document, file.name, Book(schemas_of(ctx)))
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None
    print_problems(len(document.lines), problems, as_json=as_json)
    if problems:
        raise typer.Exit(FAILED)


def lines_of(file: Path, book: Book) -> tuple[Line, ...]:
    """The lines of a document with which nothing is wrong.

    Raises:
        ConfigurationError: With all that is wrong, a line each.
    """
    document = legible(file)
    _refuse(check_document(document, file.name, book))
    return document.lines


def legible(file: Path) -> Document:
    """A document whose lines can be read; what they are over, only the bus knows.

    Raises:
        ConfigurationError: With all that is wrong, a line each.
    """
    document = read_rules(file)
    _refuse(document.problems)
    return document


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise ConfigurationError("\n".join(str(one) for one in problems))


async def apply_given(
    rules: RulesWorld, given: Path | str, wanted: Wanted, *, as_json: bool
) -> int:
    """Apply a file, or the proposal of this id."""
    if isinstance(given, str):
        return await apply_proposal(rules, given, wanted, as_json=as_json)
    lines = lines_of(given, rules.table.book)
    return await apply_lines(rules, lines, wanted, as_json=as_json)


async def apply_lines(
    rules: RulesWorld, lines: Iterable[Line], wanted: Wanted, *, as_json: bool
) -> int:
    """Plan, show, and unless it is dry, write."""
    steps = plan(
        rules.table.book, list(lines), enforce=wanted.enforce, prune=wanted.prune
    )
    done: list[Step] = []
    if not wanted.dry_run:
        await apply(rules.writer, steps, done.append)
    rows = [step_shown(step) for step in steps]
    changes = sum(step.action not in QUIET for step in steps)
    print_steps(rows, changes, dry_run=wanted.dry_run, as_json=as_json)
    return GOOD


async def apply_proposal(
    rules: RulesWorld, proposal_id: str, wanted: Wanted, *, as_json: bool
) -> int:
    """Apply what decisions have taught, and show it."""
    found = learned(await read_decisions(rules), rules)
    one, steps = await follow(rules, found, proposal_id, dry_run=wanted.dry_run)
    rows = [step_shown(step) for step in steps]
    print_followed(proposal_row(one), rows, dry_run=wanted.dry_run, as_json=as_json)
    return GOOD


def backtest_files(
    ctx: typer.Context, file: Path, cases: Iterable[Case], *, as_json: bool
) -> int:
    """Backtest over orders of files, on the rules that come with the bus."""
    book = Book(schemas_of(ctx))
    lines = lines_of(file, book)
    print_backtest(shown(backtest(cases, book, lines)), as_json=as_json)
    return GOOD


def cases_of_files(
    ctx: typer.Context, samples: Path | None, events: Path | None
) -> Iterator[Case]:
    """The orders of files."""
    if samples is not None:
        yield from sample_cases(samples, load_catalogue(schemas_folder(ctx)))
    if events is not None:
        yield from file_cases(events)


async def backtest_stored(
    ctx: typer.Context,
    world: World,
    file: Path,
    *,
    since: str,
    source: str,
    as_json: bool,
) -> int:
    """Backtest over what sources have sent, on the rules that hold now."""
    schemas = schemas_folder(ctx)
    channels = FolderChannels(channels_folder(schemas), load_catalogue(schemas))
    begin_ms = int((world.clock.now() - parse_duration(since)) * 1000)
    topology = world.topology
    table = SourceTable(
        world.reader, Keys(()), world.clock, topic=topology.intake_sources
    )
    async with open_rules(world, schemas_of(ctx)) as rules, table:
        await table.ready()
        chosen = [one for one in table.all() if source in {"", one.id}]
        if source and not chosen:
            raise ConfigurationError(f"there is no source {source}")
        lines = lines_of(file, rules.table.book)
        stored = stored_cases(world.reader, topology, chosen, channels.get, begin_ms)
        cases = [case async for case in stored]
        found = backtest(cases, rules.table.book, lines, rules.lookups.table)
    print_backtest(shown(found), as_json=as_json)
    return GOOD
