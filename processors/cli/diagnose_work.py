"""Making a diagnosis for a person or a program, and writing its bundle."""

import json
import os
from contextlib import AbstractAsyncContextManager, suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple, Protocol, cast

import typer

from bus.delivery.schedule import parse_moment
from bus.delivery.subscription import ID_PATTERN
from bus.errors import ConfigurationError, InvalidSubscriptionError
from processors.cli.control import (
    FAILED,
    GOOD,
    console,
    exit_with,
    print_json,
    read_text,
    run,
)
from processors.cli.diagnose_view import Findings
from processors.cli.progress import Drawn
from processors.diagnose.bundle import bundle
from processors.diagnose.diagnosis import diagnose_endpoint, diagnose_subscription
from processors.diagnose.findings import Report, Severity
from processors.diagnose.probing import Means
from processors.diagnose.subject import Subject, of_subscription, of_url
from processors.diagnose.telling import Plain, plain_report
from processors.subscriptions.onboarding import find
from processors.subscriptions.world import World


class Asked(NamedTuple):
    """What the command was called with."""

    whom: str
    secret_file: str | None
    since: str
    bundle: Path | None
    as_json: bool


class _Opens(Protocol):
    def probing(self) -> AbstractAsyncContextManager[Means]: ...


def tell_diagnosis(ctx: typer.Context, asked: Asked) -> None:
    """Diagnose, tell, write the bundle; exit with what was found."""
    _refuse(asked)
    if "://" in asked.whom:
        exit_with(ctx, _of_url(ctx, asked))
    else:
        run(ctx, lambda world: _of_subscription(ctx, world, asked), reads=True)


def _refuse(asked: Asked) -> None:
    """Refuse what cannot be meant, before anything is asked of anybody."""
    url = "://" in asked.whom
    if not url and not ID_PATTERN.fullmatch(asked.whom):
        raise typer.BadParameter(
            "expected a subscription's id, or a URL with https:// in front",
            param_hint="SUBSCRIPTION|URL",
        )
    if not url and asked.secret_file is not None:
        raise typer.BadParameter(
            "a subscription has its own secret; this is for a URL",
            param_hint="--secret-file",
        )
    if asked.bundle is not None and not asked.bundle.absolute().parent.is_dir():
        raise typer.BadParameter(
            f"there is no folder {asked.bundle.parent}", param_hint="--bundle"
        )
    try:
        parse_moment(asked.since, 0.0)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None


async def _of_url(ctx: typer.Context, asked: Asked) -> int:
    secret = read_text(asked.secret_file).strip() if asked.secret_file else None
    async with cast("_Opens", ctx.obj).probing() as means:
        try:
            subject = of_url(asked.whom, secret, means.clock.now())
        except InvalidSubscriptionError as error:
            field = {"secrets": "--secret-file"}.get(error.field, "URL")
            raise InvalidSubscriptionError(field, error.why) from None
        with Drawn(console(stderr=True)) as drawn:
            report = await diagnose_endpoint(means, subject, drawn.step)
        return await _tell(means, None, asked, subject, report)


async def _of_subscription(ctx: typer.Context, world: World, asked: Asked) -> int:
    stored = find(world, asked.whom)
    async with cast("_Opens", ctx.obj).probing() as means:
        subject = of_subscription(stored, means.clock.now())
        since_s = parse_moment(asked.since, world.clock.now())
        with Drawn(console(stderr=True)) as drawn:
            report = await diagnose_subscription(
                means, subject, drawn.step, world=world, since_s=since_s
            )
        return await _tell(means, world, asked, subject, report)


async def _tell(
    means: Means, world: World | None, asked: Asked, subject: Subject, report: Report
) -> int:
    document: object = None
    if asked.bundle is not None:
        document = await bundle(means, subject, report, version("orderbus"), world)
    return tell(plain_report(report), document, asked.bundle, as_json=asked.as_json)


def tell(report: Plain, document: object, file: Path | None, *, as_json: bool) -> int:
    """Show a report, write its bundle if one is wanted; return the exit code."""
    if as_json:
        print_json(report)
    else:
        console().print(Findings(report))
    if file is not None:
        write_private(file, json.dumps(document, indent=2))
        console(stderr=True).print(f"written: {file}")
    counts = report["counts"]
    bad = isinstance(counts, dict) and counts.get(Severity.ERROR.value)
    return FAILED if bad else GOOD


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        # A temporary file has mode 0600 from its first byte.
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.absolute().parent, delete=False
        ) as file:
            try:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except OSError:
                with suppress(OSError):
                    Path(file.name).unlink()
                raise
    except OSError as error:
        raise ConfigurationError(f"--bundle {path}: {error.strerror}") from None
