"""`bus intake acknowledge`: the 997, 855 or CONTRL that a file of EDI is owed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bus.errors import ConfigurationError
from processors.cli.control import FAILED, GOOD, run

if TYPE_CHECKING:
    from bus.intake.channels.definition import Channel
    from processors.convert.stored import Desk, Stored
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
    *,
    orders: Annotated[
        bool,
        typer.Option(
            "--orders",
            help="The 855s of its orders instead: what was answered to them.",
        ),
    ] = False,
) -> None:
    """Print what a file of X12 or EDIFACT is owed: its 997, its CONTRL.

    It says which messages could be read, nothing of what becomes of the orders: that
    is an 855 for each, as soon as the OMS has answered it or a person has rejected it.
    The same submission and answer always give the same bytes, so what is sent again is
    what was sent. Exit code 1: there is none such, or nothing is owed.

    For example:
      bus intake acknowledge 0198b3a2-7c11-7d20-9f3e-2b7d1a2c4e55 --out 997.edi
      bus intake acknowledge intake.raw.partner-edi/0/17
      bus intake acknowledge intake.raw.partner-edi/0/17 --orders --out 855.edi
    """
    from processors.cli.intake_work import open_desk
    from processors.cli.migrate_record_work import refuse_place

    async def acknowledge(world: "World") -> int:
        async with open_desk(ctx, world) as desk:
            return _told(out, await (_answered if orders else _made)(desk, submission))

    run(ctx, acknowledge, reads=True, first=lambda: refuse_place(out))


def _told(out: Path | None, found: bytes | str) -> int:
    """Write it, or say why there is none."""
    if isinstance(found, str):
        typer.echo(f"bus intake acknowledge: {found}", err=True)
        return FAILED
    _write(out, found)
    return GOOD


async def _found(desk: "Desk", submission: str) -> "tuple[Stored, Channel] | str":
    """A submission and its channel, or why it cannot be had."""
    from processors.convert.stored import submission_at

    one = await submission_at(desk, submission)
    if one is None:
        return f"no submission {submission}"
    channel = desk.channels.get(one.source.channel)
    if channel is None:
        return f"the channel {one.source.channel} is faulty, or gone"
    return one, channel


async def _made(desk: "Desk", submission: str) -> bytes | str:
    """The acknowledgement, or why there is none."""
    from bus.intake.acknowledging.owed import acknowledgement

    found = await _found(desk, submission)
    if isinstance(found, str):
        return found
    one, channel = found
    content = acknowledgement(channel, one.raw)
    return "nothing is owed for it: see bus intake show" if content is None else content


async def _answered(desk: "Desk", submission: str) -> bytes | str:
    """The 855s of its orders, or why there is none."""
    from bus.intake.acknowledging.owed import order_acknowledgment
    from processors.collecting.answers import Answers, AnswersWorld

    found = await _found(desk, submission)
    if isinstance(found, str):
        return found
    one, channel = found
    kafka = desk.kafka
    world = AnswersWorld(
        reader=kafka.reader,
        publisher=kafka.publisher,
        schemas=kafka.schemas,
        topology=kafka.topology,
        clock=kafka.clock,
    )
    answers = [
        a for a in await Answers(world).all(one.source.id) if a.place == one.place
    ]
    made = [order_acknowledgment(channel, one.raw, answer) for answer in answers]
    content = b"".join(some for some in made if some is not None)
    return content or "no order in it was answered, or none is owed an 855"


def _write(out: Path | None, content: bytes) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"--out {out}: {error.strerror or error}") from None
