"""`bus portal`: links that sign a partner in to the portal."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from processors.cli.control import GOOD, exit_with, over_api
from processors.cli.subscription_options import AsJson
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.cli.root import Root

app = typer.Typer(
    help="The partner portal: links that sign in to it.",
    no_args_is_help=True,
)


class PortalRole(StrEnum):
    """Whom a link may sign in as."""

    PARTNER = "partner"
    READER = "reader"


@app.callback()
def portal() -> None:
    """Have commands of its own, also while there is one only."""


@app.command("link")
def link_command(
    ctx: typer.Context,
    tenant: Annotated[str, typer.Argument(help="Whose things it shows.")],
    open_for: Annotated[
        str, typer.Option("--for", help="How long it waits for its one use; up to 24h.")
    ] = "10m",
    role: Annotated[
        PortalRole, typer.Option(help="A reader changes nothing, and sees no content.")
    ] = PortalRole.PARTNER,
    gateway: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The gateway, as browsers reach it."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a link that signs in to the portal, once. It is shown only now.

    For example:
      bus portal link acme
      bus portal link acme --for 2m --role reader --json | jq -r .url
    """
    if over_api(ctx):
        return
    wanted = (tenant, role, open_for)
    root = cast("Root", ctx.obj)
    exit_with(ctx, _link(root, wanted, gateway, as_json=as_json))


async def _link(
    root: "Root",
    wanted: tuple[str, PortalRole, str],
    gateway: str | None,
    *,
    as_json: bool,
) -> int:
    from bus.access.roles import Role
    from bus.times import rfc3339
    from processors.access.links import LinkWish, make_link, path_of
    from processors.cli.keys_view import print_link

    tenant, role, open_for = wanted
    wish = LinkWish(tenant, Role(role.value), _seconds(open_for))
    with asking_kafka():
        async with root.keys() as world:
            await world.table.loaded()
            made = await make_link(world, wish)
    ends = made.key.expires_at
    shown = {
        "id": made.key.id,
        "tenant": tenant,
        "role": role.value,
        "expires_at": "" if ends is None else rfc3339(ends),
        "path": path_of(made),
    }
    print_link(shown, gateway or root.gateway(), as_json=as_json)
    return GOOD


def _seconds(text: str) -> float:
    from bus.delivery.schedule import parse_duration
    from bus.errors import InvalidKeyError

    try:
        return parse_duration(text)
    except ValueError as error:
        raise InvalidKeyError("--for", str(error)) from None
