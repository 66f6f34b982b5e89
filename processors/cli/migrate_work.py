"""What `bus migrate compare` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer

from bus.client.recordings import read_recording, read_secrets, read_terms
from bus.delivery.schedule import parse_duration, parse_moment
from bus.errors import ConfigurationError
from bus.migration.comparing import never_alone
from bus.migration.figures import ENOUGH
from bus.migration.ledger import Migration
from bus.migration.owners import may_be_left
from bus.migration.report import Plain, Setting, report, with_migration
from bus.migration.sent import Side
from bus.migration.terms import Reading
from bus.times import moment_of
from processors.cli.control import FAILED, GOOD, exit_with, print_json, reading
from processors.cli.migrate_view import print_comparison
from processors.clock import SystemClock
from processors.migrations.showing import migration_row
from processors.migrations.steps import attach, look
from processors.migrations.world import MigrationsWorld
from processors.parity.gathering import Gathered, compared, gathered, topic_lines
from processors.parity.page import report_page
from processors.subscriptions.world import World

_KAFKA = "kafka:"


@dataclass(frozen=True, slots=True)
class Compared:
    """What is to be compared, and how it is told."""

    terms: Path
    old: Sequence[str]
    new: Sequence[str]
    html: Path | None
    since: str
    as_json: bool
    until: str = ""


def judge(asked: Compared) -> None:
    """Refuse terms, recordings and times that cannot be read.

    Raises:
        OrderbusError: one of them.
    """
    read_terms(asked.terms)
    seconds_of("since", asked.since)
    until_of(asked)
    for name in (*asked.old, *asked.new):
        if not name.startswith(_KAFKA):
            next(iter(read_recording(Path(name))), None)


def tell_comparison(ctx: typer.Context, asked: Compared) -> None:
    """Compare, print, write the page."""
    exit_with(ctx, _tell(ctx, asked))


async def _tell(ctx: typer.Context, asked: Compared) -> int:
    if not any(name.startswith(_KAFKA) for name in (*asked.old, *asked.new)):
        document = await compare_recordings(asked, None)
    else:
        async with reading(ctx)() as world:
            document = await compare_recordings(asked, world)
    return told(asked, document)


async def report_on(on: MigrationsWorld, id_: str, asked: Compared) -> int:
    """Compare, attach what came of it to a migration, and tell both.

    Raises:
        MigrationNotFoundError: There is none with this id.
    """
    migration, _ = await look(on, id_)
    document = await compare_recordings(asked, on.world, migration)
    await attach(on, id_, document)
    row = migration_row(*await look(on, id_))
    return told(asked, with_migration(document, row))


def told(asked: Compared, document: Plain) -> int:
    """Print a report, write its page; 1 unless nothing differs."""
    if asked.html is not None:
        write_page(asked.html, document)
    if asked.as_json:
        print_json(document)
    else:
        print_comparison(document, asked.html)
    return GOOD if str(document["verdict"]).startswith("no difference") else FAILED


async def compare_recordings(
    asked: Compared, world: World | None, of: Migration | None = None
) -> Plain:
    """The report on recordings; topics are read in `world`.

    What it is `of` says how many pairs of a type without a difference prove it, and
    which orders the new side has to send alone.

    Raises:
        OrderbusError: One of them, the terms or a secret cannot be read.
    """
    terms, text = read_terms(asked.terms)
    secrets = {
        Side.OLD: read_secrets(terms.old, asked.terms),
        Side.NEW: read_secrets(terms.new, asked.terms),
    }
    since_s = seconds_of("since", asked.since)
    old = await _gathered(asked.old, terms.old, world, since_s)
    new = await _gathered(asked.new, terms.new, world, since_s)
    alone = never_alone if of is None else partial(may_be_left, of)
    found = compared(old, new, terms, secrets, alone, until_of(asked))
    made_at = moment_of(SystemClock.now() * 1000)
    told = ", ".join(asked.old), ", ".join(asked.new)
    enough = ENOUGH if of is None else of.limits.pairs
    setting = Setting(*told, made_at, text, terms.headers, enough)
    return report(found, setting)


async def _gathered(
    names: Sequence[str], side: Reading, world: World | None, since_s: float
) -> Gathered:
    found = Gathered()
    for name in names:
        topic = name.removeprefix(_KAFKA)
        if not topic:
            raise ConfigurationError(f"{name!r}: expected kafka:TOPIC, or a file")
        if topic == name:
            gathered(read_recording(Path(name)), side, found)
        elif world is None:
            raise ConfigurationError(f"{name}: topics need --bootstrap-servers")
        else:
            since_ms = int((world.clock.now() - since_s) * 1000)
            async for line in topic_lines(world.reader, topic, since_ms):
                found.take(line, side)
    return found


def seconds_of(name: str, text: str) -> float:
    """The seconds of a duration that was typed.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}") from None


def until_of(asked: Compared) -> int | None:
    """Up to when what has no partner counts, ms; None: all of it.

    Raises:
        ConfigurationError: It is no moment.
    """
    if not asked.until:
        return None
    try:
        return int(parse_moment(asked.until, SystemClock.now()) * 1000)
    except ValueError as error:
        raise ConfigurationError(f"until: {error}") from None


def write_page(file: Path, document: Plain) -> None:
    """Write a report as a page.

    Raises:
        ConfigurationError: It cannot be written.
    """
    try:
        file.write_text(report_page(document), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write {file}: {error.strerror}") from None
