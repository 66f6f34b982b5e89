"""`bus acks`: say that an event was processed, so that it is not sent again."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bus.errors import ConfigurationError
from processors.cli.control import GOOD, console, print_json, run
from processors.cli.subscription_options import AsJson, Id

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Acknowledgements by consumers: no more attempts.",
    no_args_is_help=True,
)

EventIds: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="EVENT_ID…",
        help="The webhook-id, or with --source its own; - reads them from stdin.",
    ),
]


@app.callback()
def acks() -> None:
    """Acknowledgements by consumers: no more attempts."""


@app.command("add")
def add_command(
    ctx: typer.Context,
    subscription_id: Id,
    event_ids: EventIds,
    source: Annotated[
        str | None,
        typer.Option(help="The ids are the events' own ones, from this ce_source."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = "bus acks add",
    *,
    as_json: AsJson = False,
) -> None:
    """Say that a subscription's consumer has processed these events.

    A delivery that is acked before its next attempt is settled without a call.

    For example:
      bus acks add acme 5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11
      bus acks add acme PAY-7 --source /erp/payments
      bus dlq list acme --json | jq -r '.[].event_id' | bus acks add acme -
    """
    from processors.redrive.acking import write_acks
    from processors.subscriptions.onboarding import find

    async def add(world: "World") -> int:
        await world.table.ready()
        find(world, subscription_id)
        ids = _ids(event_ids, source)
        await write_acks(world, subscription_id, ids, by)
        if as_json:
            print_json({"subscription": subscription_id, "acked": ids})
        else:
            console().print(f"{subscription_id}: {len(ids)} acknowledged")
        return GOOD

    run(ctx, add, reads=True)


def _ids(given: Sequence[str], source: str | None) -> Sequence[str]:
    from processors.redrive.acking import webhook_ids

    words = [w for word in given for w in (sys.stdin if word == "-" else [word])]
    ids = webhook_ids([w for word in words if (w := word.strip())], source)
    if not ids:
        raise ConfigurationError("no event id was given")
    return ids
