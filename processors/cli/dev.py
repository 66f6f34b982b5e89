"""`bus dev`: the whole bus on this machine, its data kept."""

from typing import Annotated, cast

import typer

from bus.errors import OrderbusError
from processors.cli.control import complain
from processors.cli.root import Root
from processors.cli.run import Role

app = typer.Typer()
_LOOPBACK = ("127.0.0.0/8", "::1/128")


@app.command("dev")
def dev_command(
    ctx: typer.Context,
    *,
    brokers: Annotated[
        int, typer.Option(min=1, max=9, help="Kafka brokers, each its own process.")
    ] = 1,
    processes: Annotated[
        int, typer.Option(min=1, max=256, help="Worker processes.")
    ] = 1,
    kafka_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65_535, help="Port of the first broker. Default: a free one."
        ),
    ] = None,
    registry_port: Annotated[
        int,
        typer.Option(
            min=0, max=65_535, help="Port of the schema registry. 0: a free one."
        ),
    ] = 0,
) -> None:
    """Run the whole bus here: Kafka, registry, processors.

    The first start downloads Kafka (about 43 MB) into the user's cache; later ones
    work offline. Data are kept in --data-dir and used again at the next start.
    Webhooks may go to this machine itself. Other `bus` commands find the running
    one by themselves. Ctrl-C stops it.
    """
    from processors.cli.dev_stack import run_stack
    from processors.cli.processes import run_in_loop, worker_command
    from processors.wiring.stack import StackPlan

    given = cast(Root, ctx.obj)
    try:
        settings = given.given()
        if not settings.allow_networks:
            settings = settings.model_copy(update={"allow_networks": _LOOPBACK})
        plan = StackPlan(
            settings=settings,
            arguments=worker_command({}, Role.ALL.value),
            brokers=brokers,
            processes=processes,
            kafka_port=kafka_port,
            registry_port=registry_port,
        )
        code = run_in_loop(run_stack(plan))
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)
