"""`bus sources`: who may send, by which channel, and how it is verified."""

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.errors import InvalidSourceError
from processors.cli.control import (
    GOOD,
    exit_with,
    over_api,
    print_json,
    read_text,
)
from processors.cli.moments import Grace
from processors.cli.source_ends import apply_command, remove_command
from processors.cli.source_health import health_command
from processors.cli.source_options import (
    AsJson,
    Id,
    SecretFile,
    named_as_options,
    with_options,
    written,
)
from processors.cli.source_requests import request_command
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.cli.root import Root
    from processors.sources.document import Draft, Fields
    from processors.sources.world import SourcesWorld

app = typer.Typer(
    help="Sources: who sends, by which channel, how it is verified.",
    no_args_is_help=True,
)
Body: TypeAlias = "Callable[[SourcesWorld], Awaitable[int]]"


def _draft(
    given: dict[str, object], named: "Fields", secret_file: str | None
) -> "Draft":
    from processors.sources.document import draft, whole

    with named_as_options():
        fields = {**written(given), **named}
        if secret_file:
            fields["secret"] = read_text(secret_file).strip()
        return draft(whole(fields, Path()))


@app.command("add")
@with_options
def add_command(
    ctx: typer.Context,
    source_id: Id,
    channel: Annotated[
        str, typer.Option("--channel", "-c", help="As bus channels list names it.")
    ],
    *,
    secret_file: SecretFile = None,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Add a source: its topic, its record, a secret that is shown only now.

    A secret that its sender has chosen is given in a file. One whose channel signs
    nothing gets a secret address instead.

    For example:
      bus sources add shop-eu --channel shopify --secret-file shopify.secret
      bus sources add woo -c woocommerce -s zone=Europe/Madrid
      bus sources add edi -c x12 -s currency=USD --max-body 8MiB
      bus sources add own -c generic-json --secret-file - <key
    """
    from processors.cli.sources_view import door_known_to, print_taken
    from processors.sources import steps

    named = {"id": source_id, "channel": channel}
    wanted = cache(lambda: _draft(given, named, secret_file))

    async def add(world: "SourcesWorld") -> int:
        with named_as_options():
            taken = await steps.add(world, wanted())
        print_taken(taken, "added", as_json=as_json, door=door_known_to(ctx))
        return GOOD

    _run(ctx, add, first=lambda: _judge(ctx, wanted()))


def _judge(ctx: typer.Context, draft: "Draft") -> None:
    """Refuse what the channel here would, before anybody is asked."""
    from bus.client.channels import FolderChannels, channels_folder
    from bus.client.schemas import load_catalogue
    from processors.cli.root import Root
    from processors.sources.checks import refuse

    if isinstance(ctx.obj, Root):
        folder = ctx.obj.given().schemas_dir
        channels = FolderChannels(channels_folder(folder), load_catalogue(folder))
        with named_as_options():
            refuse(channels, draft)


@app.command("list")
def list_command(
    ctx: typer.Context,
    owner: Annotated[
        str | None, typer.Option(help="Only this tenant's. '': the operators'.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List all sources: channel, state, the end of their address.

    For example:
      bus sources list
      bus sources list --json | jq -r '.[] | select(.state == "paused").id'
    """
    from processors.cli.sources_view import print_sources
    from processors.sources.showing import listed

    async def list_(world: "SourcesWorld") -> int:
        rows = [listed(s) for s in world.table.all() if owner in {None, s.owner}]
        if as_json:
            print_json(rows)
        else:
            print_sources(rows, world.table.unreadable, owner)
        return GOOD

    _run(ctx, list_, reads=True)


@app.command("show")
def show_command(ctx: typer.Context, source_id: Id, *, as_json: AsJson = False) -> None:
    """Show all fields of a source; of its secrets only their fingerprints.

    For example:
      bus sources show shop-eu
    """
    from processors.cli.subscription_view import print_fields
    from processors.sources.showing import shown
    from processors.sources.world import find

    async def show(world: "SourcesWorld") -> int:
        fields = shown(find(world, source_id))
        if as_json:
            print_json(fields)
        else:
            print_fields(fields)
        return GOOD

    _run(ctx, show, reads=True)


@app.command("update")
@with_options
def update_command(
    ctx: typer.Context, source_id: Id, *, as_json: AsJson = False, **given: object
) -> None:
    """Change the fields that are given, within a second and without a restart.

    For example:
      bus sources update shop-eu --rate 50 --title 'The shop'
      bus sources update woo -s zone=
      bus sources update sal --public-key-file next.pem
    """
    from processors.cli.sources_view import print_taken
    from processors.sources import steps
    from processors.sources.document import whole

    def changes() -> "Fields":
        with named_as_options():
            fields = written(given)
            if not fields:
                raise InvalidSourceError("options", "nothing to change was given")
            return whole(fields, Path())

    wanted = cache(changes)

    async def update(world: "SourcesWorld") -> int:
        with named_as_options():
            taken = await steps.update(world, source_id, wanted())
        print_taken(taken, "updated", as_json=as_json)
        return GOOD

    _run(ctx, update, first=wanted)


@app.command("pause")
def pause_command(
    ctx: typer.Context,
    source_id: Id,
    reason: Annotated[str, typer.Option(help="Why, for others to read.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Answer its sender as if there were no such source, until `resume`.

    What it sends meanwhile is not kept: some senders try again, some do not.

    For example:
      bus sources pause shop-eu --reason 'moved to shop-next'
    """
    from processors.cli.sources_view import print_taken
    from processors.sources import steps

    async def pause(world: "SourcesWorld") -> int:
        taken = await steps.pause(world, source_id, reason)
        print_taken(taken, "paused", as_json=as_json)
        return GOOD

    _run(ctx, pause)


@app.command("resume")
def resume_command(
    ctx: typer.Context, source_id: Id, *, as_json: AsJson = False
) -> None:
    """Take submissions again.

    For example:
      bus sources resume shop-eu
    """
    from processors.cli.sources_view import print_taken
    from processors.sources import steps

    async def resume(world: "SourcesWorld") -> int:
        print_taken(await steps.resume(world, source_id), "active", as_json=as_json)
        return GOOD

    _run(ctx, resume)


@app.command("rotate-secret")
def rotate_command(
    ctx: typer.Context,
    source_id: Id,
    grace: Grace = "24h",
    secret_file: SecretFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give it a new secret; the old ones count until the grace ends.

    One whose channel signs nothing gets a new address; the old one counts as long.

    For example:
      bus sources rotate-secret shop-eu --secret-file next.secret
      bus sources rotate-secret own --grace 0s    # the old one leaked
    """
    from bus.delivery.schedule import parse_duration
    from processors.cli.sources_view import door_known_to, print_taken
    from processors.cli.subscription_wanted import own_secret
    from processors.sources import steps

    secret = cache(lambda: own_secret(secret_file))

    async def rotate(world: "SourcesWorld") -> int:
        grace_s = parse_duration(grace)
        with named_as_options():
            taken = await steps.rotate(world, source_id, grace_s, text=secret())
        done = f"rotated, old secrets count for {grace}"
        print_taken(taken, done, as_json=as_json, door=door_known_to(ctx))
        return GOOD

    _run(ctx, rotate, first=secret)


def _run(
    ctx: typer.Context,
    body: Body,
    *,
    reads: bool = False,
    first: Callable[[], object] = lambda: None,
) -> None:
    """Run `body` with the sources; exit with what it returns."""
    if over_api(ctx):
        return
    root = cast("Root", ctx.obj)

    async def inside() -> int:
        first()
        with asking_kafka():
            async with root.sources(reads=reads) as world:
                return await body(world)

    exit_with(ctx, inside())


app.command("health")(health_command)
app.command("request")(request_command)
app.command("remove")(remove_command)
app.command("apply")(apply_command)
