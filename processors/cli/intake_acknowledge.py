"""`bus intake acknowledge`: the 997 or CONTRL that a stored file of EDI is owed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bus.errors import ConfigurationError
from processors.cli.control import FAILED, GOOD, run

if TYPE_CHECKING:
    from processors.convert.stored import Desk
    from processors.subscriptions.world import World


def acknowledge_command(
    ctx: typer.Context,
    submission: Annotated[
        str,
        typer.Argument(
            metavar="ID|PLACE", help="A submission's id, or topic/partition/offset."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Into this file instead.")
    ] = None,
) -> None:
    """Print what a file of X12 or EDIFACT is owed: its 997, its CONTRL.

    It says which messages could be read, nothing of what becomes of the orders. The
    same submission always gives the same bytes, so what is sent again is what was sent.
    Exit code 1: there is none such, or nothing is owed.

    For example:
      bus intake acknowledge 0198b3a2-7c11-7d20-9f3e-2b7d1a2c4e55 --out 997.edi
      bus intake acknowledge intake.raw.partner-edi/0/17
    """
    from processors.cli.intake_work import open_desk

    async def acknowledge(world: "World") -> int:
        async with open_desk(ctx, world) as desk:
            found = await _made(desk, submission)
        if isinstance(found, str):
            typer.echo(f"bus intake acknowledge: {found}", err=True)
            return FAILED
        _write(out, found)
        return GOOD

    run(ctx, acknowledge, reads=True)


async def _made(desk: "Desk", submission: str) -> bytes | str:
    """The acknowledgement, or why there is none."""
    from bus.intake.acknowledging.owed import acknowledgement
    from processors.convert.stored import submission_at

    one = await submission_at(desk, submission)
    if one is None:
        return f"no submission {submission}"
    channel = desk.channels.get(one.source.channel)
    if channel is None:
        return f"the channel {one.source.channel} is faulty, or gone"
    content = acknowledgement(channel, one.raw)
    return "nothing is owed for it: see bus intake show" if content is None else content


def _write(out: Path | None, content: bytes) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"--out {out}: {error.strerror or error}") from None
