"""`bus audit`: who changed what, when and from where."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bus.access.entities import Entity
from processors.cli.control import GOOD, print_json, run
from processors.cli.moments import a_moment, moment_ms
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(help="Who changed what, when and from where.")

EntityId: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="ID", help="Of what was changed.")
]
Kind: TypeAlias = Annotated[
    Entity | None, typer.Option("--entity", help="The kind of what was changed.")
]
Actor: TypeAlias = Annotated[
    str | None, typer.Option(help="A key's id, cli:ACCOUNT, or bus.")
]
Tenant: TypeAlias = Annotated[
    str | None, typer.Option(help="Whose it was; '': the operators'.")
]
Since: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Since: 2026-11-23T12:00:00Z, or 2h for 2 h ago.", callback=a_moment
    ),
]
Until: TypeAlias = Annotated[
    str | None, typer.Option(help="Before: likewise.", callback=a_moment)
]
Limit: TypeAlias = Annotated[
    int, typer.Option(min=0, help="Show the newest so many; 0: all.")
]


@app.command("audit")
def audit_command(  # noqa: PLR0913 - one option a field that it may be narrowed by
    ctx: typer.Context,
    entity_id: EntityId = None,
    *,
    kind: Kind = None,
    actor: Actor = None,
    tenant: Tenant = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Show who changed what, when and from where, oldest first. Never a secret.

    For example:
      bus audit
      bus audit acme --since 7d
      bus audit --entity key --json | jq -r '.[] | [.at, .actor, .action] | @tsv'
    """
    from processors.access.history import Wanted, read_history
    from processors.cli.audit_view import print_history, row

    async def audit(world: "World") -> int:
        since_ms = None if since is None else moment_ms(world, "--since", since)
        until_ms = None if until is None else moment_ms(world, "--until", until)
        wanted = Wanted(kind, entity_id, actor, tenant, since_ms, until_ms)
        found = await read_history(world.reader, world.topology.audit, wanted)
        shown = [row(one) for one in (found[-limit:] if limit else found)]
        left_out = len(found) - len(shown)
        if as_json:
            print_json(shown)
        else:
            print_history(shown, str(left_out) if left_out else "")
        return GOOD

    run(ctx, audit, reads=True)
