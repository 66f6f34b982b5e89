"""`bus channels diff`: what another version of a channel would change."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bus.errors import ConfigurationError
from processors.cli.control import GOOD, complain, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bus.intake.channels.definition import Channel
    from processors.convert.differing import Differing
    from processors.subscriptions.world import World

Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of the channel.")
]
Last: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=100_000, help="The last so many stored submissions."),
]
OfSource: TypeAlias = Annotated[
    str | None, typer.Option("--source", help="Of this source. Default: all of it.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_USUAL = 1_000


def diff_command(
    ctx: typer.Context,
    old: Folder,
    new: Folder,
    *,
    last: Last = None,
    source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Say which orders another version of a channel would change, and how.

    OLD and NEW are folders of the channel. Without --last or --source the samples of
    both are converted, and no Kafka is needed; with them the last stored submissions
    (1,000 of each source, unless said otherwise).

    Exit code 0: nothing changes. 1: something does. 2: wrong usage.

    For example:
      bus channels diff schemas/channels/shopify ../new/shopify
      bus channels diff schemas/channels/shopify ../new/shopify --last 500
      bus channels diff old/our-shop new/our-shop --source shop-eu --json
    """
    from processors.cli.channels_work import both_channels, samples_of_both
    from processors.convert.differing import of_samples

    try:
        before, after = both_channels(_schemas(ctx), old, new)
        samples = samples_of_both(old, new)
    except ConfigurationError as error:
        raise typer.Exit(complain(ctx, error)) from None
    if last is None and source is None:
        found = of_samples(before, after, samples)
        raise typer.Exit(_shown([found], as_json=as_json))

    async def diff(world: "World") -> int:
        found = await _of_stored(ctx, world, (before, after), source, last or _USUAL)
        return _shown(found, as_json=as_json)

    run(ctx, diff, reads=True)


async def _of_stored(
    ctx: typer.Context,
    world: "World",
    channels: "tuple[Channel, Channel]",
    source: str | None,
    last: int,
) -> "Sequence[Differing]":
    from processors.cli.intake_work import open_desk
    from processors.convert.differing import of_stored
    from processors.convert.stored import found_source

    async with open_desk(ctx, world) as desk:
        if source is not None:
            meant = [found_source(desk, source)]
        else:
            name = channels[0].name
            meant = [one for one in desk.sources.all() if one.channel == name]
        if not meant:
            raise ConfigurationError(f"there is no source of {channels[0].name}")
        return [await of_stored(desk, *channels, one, last) for one in meant]


def _shown(found: "Sequence[Differing]", *, as_json: bool) -> int:
    from processors.cli.intake_view import counted, difference_document
    from processors.cli.intake_view import print_difference as shown

    if as_json:
        documents = [
            {
                "of": one.of,
                "looked_at": one.looked_at,
                "same": one.same,
                "changes": [
                    {"where": where, **difference_document(difference)}
                    for where, difference in one.changes
                ],
            }
            for one in found
        ]
        typer.echo(json.dumps(documents, indent=2, ensure_ascii=False))
    else:
        for one in found:
            for where, difference in one.changes:
                shown(where, difference)
            told = counted(difference for _, difference in one.changes)
            typer.echo(
                f"{one.of}: {one.looked_at} looked at, {one.same} the same, {told}"
            )
    return 1 if any(one.changes for one in found) else GOOD


def _schemas(ctx: typer.Context) -> Path:
    from processors.cli.intake_work import schemas_dir

    return schemas_dir(ctx)
