"""`bus keys`: who may use the HTTP API, and for what."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.access.roles import GRANTS, Role, Tenancy
from bus.errors import InvalidKeyError
from processors.cli.control import GOOD, exit_with, over_api
from processors.cli.moments import a_duration
from processors.cli.subscription_options import AsJson, Yes
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.access.world import KeysWorld
    from processors.cli.root import Root

app = typer.Typer(
    help="Keys of the HTTP API: who may do what.",
    no_args_is_help=True,
)
Body: TypeAlias = "Callable[[KeysWorld], Awaitable[int]]"
KeyId: TypeAlias = Annotated[
    str, typer.Argument(metavar="ID", help="The part between role and secret.")
]


@app.command("create")
def create_command(
    ctx: typer.Context,
    role: Annotated[Role, typer.Option(help="What its holder is to the bus.")],
    tenant: Annotated[
        str, typer.Option(help="Whose things it may see. Partners need one.")
    ] = "",
    expires: Annotated[
        str | None,
        typer.Option(help="90d, or 2027-01-31T00:00:00Z. Default: never."),
    ] = None,
    description: Annotated[str, typer.Option(help="One line: where it is kept.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key. Its token is shown only now; the bus keeps nothing of it.

    For example:
      bus keys create --role operator --description 'Ada'
      bus keys create --role partner --tenant acme --expires 90d
      bus keys create --role producer --json | jq -r .token >oms.token
    """
    from processors.access.showing import shown_key
    from processors.access.writer import Wish
    from processors.cli.keys_view import print_made

    _refuse_without(tenant, role)

    async def create(world: "KeysWorld") -> int:
        ends = None if expires is None else _moment(expires, world.now)
        made = await world.writer.create(Wish(role, tenant, description, ends))
        key = shown_key(made.key, world.now)
        print_made(key, made.token, "created", as_json=as_json)
        return GOOD

    def judge() -> None:
        if expires is not None:
            _moment(expires, datetime.fromtimestamp(0, UTC))

    _run(ctx, create, judge)


@app.command("list")
def list_command(
    ctx: typer.Context,
    tenant: Annotated[str | None, typer.Option(help="Only this one's.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List all keys: role, tenant, state, the day of last use. Never a secret.

    SERVER KEY names the one that a key's digest is under; a key under an older one
    moves to the newest when it is used.

    For example:
      bus keys list
      bus keys list --tenant acme --json
    """
    from processors.access.showing import shown_key
    from processors.cli.keys_view import list_keys

    async def list_(world: "KeysWorld") -> int:
        keys = [k for k in world.table.all() if tenant in {None, k.tenant}]
        rows = [shown_key(key, world.now) for key in keys]
        list_keys(rows, world.table.unreadable, as_json=as_json)
        return GOOD

    _run(ctx, list_)


@app.command("rotate")
def rotate_command(
    ctx: typer.Context,
    key_id: KeyId,
    overlap: Annotated[
        str,
        typer.Option(
            help="How long the old token counts as well.", callback=a_duration
        ),
    ] = "24h",
    *,
    as_json: AsJson = False,
) -> None:
    """Give a key a new token, shown only now; the old one ends with the overlap.

    For example:
      bus keys rotate mfrggzdfmz
      bus keys rotate mfrggzdfmz --overlap 0s    # the old one leaked
    """
    from bus.delivery.schedule import parse_duration
    from processors.access.showing import shown_key
    from processors.cli.keys_view import print_made

    async def rotate(world: "KeysWorld") -> int:
        made = await world.writer.rotate(key_id, parse_duration(overlap))
        done = f"rotated, the old token counts for {overlap}"
        print_made(shown_key(made.key, world.now), made.token, done, as_json=as_json)
        return GOOD

    _run(ctx, rotate)


@app.command("revoke")
def revoke_command(
    ctx: typer.Context, key_id: KeyId, *, yes: Yes = False, as_json: AsJson = False
) -> None:
    """End a key for good, within a second in all processes.

    For example:
      bus keys revoke mfrggzdfmz --yes
    """
    from processors.access.showing import shown_key
    from processors.cli.keys_view import ask_to_revoke, print_revoked

    async def revoke(world: "KeysWorld") -> int:
        ask_to_revoke(shown_key(world.writer.find(key_id), world.now), yes=yes)
        changed = await world.writer.revoke(key_id)
        print_revoked(shown_key(changed.after, world.now), as_json=as_json)
        return GOOD

    _run(ctx, revoke)


def _run(
    ctx: typer.Context, body: Body, first: Callable[[], object] = lambda: None
) -> None:
    if over_api(ctx):
        return

    async def in_world() -> int:
        first()
        with asking_kafka():
            async with cast("Root", ctx.obj).keys() as world:
                await world.table.loaded()
                return await body(world)

    exit_with(ctx, in_world())


def _moment(text: str, now: datetime) -> datetime:
    """A time to come: a span from now on, or a time with its zone."""
    from datetime import timedelta

    from bus.delivery.schedule import parse_duration
    from bus.times import read_rfc3339

    try:
        return read_rfc3339(text)
    except ValueError:
        pass
    try:
        return now + timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        raise InvalidKeyError(
            "--expires",
            f"{text[:40]!r} is no time; expected 90d or 2027-01-31T00:00:00Z",
        ) from None


def _refuse_without(tenant: str, role: Role) -> None:
    if GRANTS[role].tenancy is Tenancy.MUST and not tenant:
        raise typer.BadParameter(
            f"a key of role {role.value} needs one, such as --tenant acme",
            param_hint="--tenant",
        )
