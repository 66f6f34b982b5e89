"""`bus subscriptions`: who wants which events, where, how."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bus.delivery.choices import Scheme
from processors.cli.control import (
    GOOD,
    print_json,
    run,
)
from processors.cli.moments import Grace
from processors.cli.subscription_ends import (
    apply_command,
    remove_command,
    trial_command,
    verify_command,
)
from processors.cli.subscription_options import (
    AsJson,
    Id,
    SecretFile,
    Trust,
    named_as_options,
    with_options,
)
from processors.cli.subscription_wanted import (
    own_secret,
    wanted_changes,
    wanted_draft,
)

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Who wants which events, where and how.",
    no_args_is_help=True,
)


Url: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        help="https://host/path for webhooks. Or grpcs, pull, kafkas, amqps,"
        " amqps1, tls (NATS), rediss, sqs, sns, eventbridge, pubsub, or x-… of"
        " your own: docs/sinks/README.md has each.",
    ),
]
SigningScheme: TypeAlias = Annotated[
    Scheme, typer.Option(help="v1: HMAC-SHA256. v1a: ed25519.")
]


@app.command("add")
@with_options
def add_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    subscription_id: Id,
    url: Url,
    *,
    secret_file: SecretFile = None,
    scheme: SigningScheme = "v1",
    trust: Trust = False,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Add a subscription: its topics, its record, a secret that is shown only now.

    Events wait until its endpoint says that it wants them; see verify.

    For example:
      bus subscriptions add acme https://acme.example/hooks --type 'order.*'
      bus subscriptions add erp https://e.example -t '*' --accept application/xml
      bus subscriptions add wms grpcs://w.example:8443 -t 'order.*'
      bus subscriptions add erp amqps://rabbit.example/queues/in -t '*'
      bus subscriptions add sap amqps1://artemis.example/orders -t 'order.*'
      bus subscriptions add crm https://c.example -t '*' --secret-file - <key
    """
    from processors.cli.subscription_view import print_taken
    from processors.subscriptions import onboarding

    fields = {"id": subscription_id, "url": url}
    wanted = cache(lambda: wanted_draft(given, fields, secret_file))

    async def add(world: "World") -> int:
        with named_as_options("URL"):
            taken = await onboarding.add(world, wanted(), scheme, trust=trust)
        print_taken(taken, "added", as_json=as_json)
        return GOOD

    run(ctx, add, first=wanted)


@app.command("update")
@with_options
def update_command(
    ctx: typer.Context,
    subscription_id: Id,
    url: Annotated[str | None, typer.Option(help="The new URL.")] = None,
    *,
    trust: Trust = False,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Change the fields that are given, within a second and without a restart.

    For example:
      bus subscriptions update acme --rate 50 --timeout 3s
      bus subscriptions update acme --filter '' -H 'X-Old:'
    """
    from processors.cli.subscription_view import print_taken
    from processors.subscriptions import onboarding

    wanted = cache(lambda: wanted_changes({**given, "url": url}, trust=trust))

    async def update(world: "World") -> int:
        with named_as_options("--url"):
            taken = await onboarding.update(
                world, subscription_id, wanted(), trust=trust
            )
        print_taken(taken, "updated", as_json=as_json)
        return GOOD

    run(ctx, update, first=wanted)


@app.command("list")
def list_command(
    ctx: typer.Context,
    owner: Annotated[
        str | None, typer.Option(help="Only this tenant's. '': the operators'.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List all subscriptions, what waits for each, what is dead, its breakers.

    What cannot be found out within 5 s is shown as `?`, null in JSON.

    For example:
      bus subscriptions list
      bus subscriptions list --owner acme
      bus subscriptions list --json | jq -r '.[] | select(.state != "active").id'
    """
    from processors.cli.subscription_view import print_list
    from processors.status.listing import listed_rows

    async def list_(world: "World") -> int:
        rows = [
            row for row in await listed_rows(world) if owner in {None, row.get("owner")}
        ]
        if as_json:
            print_json(rows)
        else:
            print_list(rows)
        return GOOD

    run(ctx, list_, reads=True)


@app.command("show")
def show_command(
    ctx: typer.Context, subscription_id: Id, *, as_json: AsJson = False
) -> None:
    """Show all fields of a subscription; of its secrets only their fingerprints.

    For example:
      bus subscriptions show acme
    """
    from processors.cli.subscription_view import print_fields
    from processors.subscriptions.onboarding import find
    from processors.subscriptions.showing import shown

    async def show(world: "World") -> int:
        await world.table.ready()
        fields = shown(find(world, subscription_id))
        if as_json:
            print_json(fields)
        else:
            print_fields(fields)
        return GOOD

    run(ctx, show, reads=True)


@app.command("pause")
def pause_command(
    ctx: typer.Context,
    subscription_id: Id,
    reason: Annotated[str, typer.Option(help="Why, for others to read.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Hold all deliveries; they wait in the retry topics until `resume`.

    What waits longer than the subscription's max_age is dead-lettered.

    For example:
      bus subscriptions pause acme --reason 'their release weekend'
    """
    from processors.cli.subscription_view import print_taken
    from processors.subscriptions.onboarding import Taken

    async def pause(world: "World") -> int:
        await world.table.ready()
        paused = await world.writer.pause(subscription_id, reason)
        print_taken(Taken(paused), "paused", as_json=as_json)
        return GOOD

    run(ctx, pause)


@app.command("resume")
def resume_command(
    ctx: typer.Context, subscription_id: Id, *, as_json: AsJson = False
) -> None:
    """Deliver again, after `pause` or after a 410 has disabled it.

    For example:
      bus subscriptions resume acme
    """
    from processors.cli.subscription_view import print_taken
    from processors.subscriptions.onboarding import Taken

    async def resume(world: "World") -> int:
        resumed = await world.writer.resume(subscription_id)
        print_taken(Taken(resumed), "active", as_json=as_json)
        return GOOD

    run(ctx, resume)


@app.command("rotate-secret")
def rotate_command(
    ctx: typer.Context,
    subscription_id: Id,
    grace: Grace = "24h",
    scheme: Annotated[
        Scheme | None, typer.Option(help="v1 or v1a; default: as before.")
    ] = None,
    secret_file: SecretFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give it a new secret, shown only now; the old ones sign until the grace ends.

    For example:
      bus subscriptions rotate-secret acme --grace 48h
      bus subscriptions rotate-secret acme --grace 0s    # the old one leaked
    """
    from bus.delivery.schedule import parse_duration
    from processors.cli.subscription_view import print_taken
    from processors.subscriptions import onboarding

    secret = cache(lambda: own_secret(secret_file))

    async def rotate(world: "World") -> int:
        grace_s = parse_duration(grace)
        taken = await onboarding.rotate(
            world, subscription_id, grace_s, scheme=scheme, text=secret()
        )
        print_taken(taken, f"rotated, old ones sign for {grace}", as_json=as_json)
        return GOOD

    run(ctx, rotate, first=secret)


@app.command("reseal")
def reseal_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Seal all stored secrets with the newest encryption key.

    To replace a key: put the new one first (ORDERBUS_ENCRYPTION_KEY=new,old) for
    all processes, reseal, then drop the old one. Signing secrets do not change.

    For example:
      bus subscriptions reseal
    """
    from processors.cli.subscription_telling import tell_resealed
    from processors.subscriptions.resealing import reseal

    async def reseal_all(world: "World") -> int:
        done = await reseal(world)
        return tell_resealed(done.ids, done.unreadable, as_json=as_json)

    run(ctx, reseal_all)


app.command("remove")(remove_command)
app.command("test")(trial_command)
app.command("verify")(verify_command)
app.command("apply")(apply_command)
