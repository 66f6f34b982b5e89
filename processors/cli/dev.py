"""`bus dev`: the whole bus on this machine, its data kept."""

import asyncio
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from bus.errors import OrderbusError
from processors.cli.control import complain, console
from processors.cli.progress import Drawn
from processors.cli.root import Root
from processors.cli.run import Role, run_in_loop, worker_command
from processors.settings import Settings
from processors.stopping import stop_on_signals
from processors.wiring.stack import Stack, StackPlan, open_stack

app = typer.Typer()
_LOOPBACK = ("127.0.0.0/8", "::1/128")


@app.command("dev")
def dev_command(
    ctx: typer.Context,
    *,
    brokers: Annotated[
        int, typer.Option(min=1, max=9, help="Kafka brokers, each its own process.")
    ] = 1,
    processes: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    kafka_port: Annotated[
        int | None, typer.Option(help="Port of the first broker. Default: a free one.")
    ] = None,
    registry_port: Annotated[
        int, typer.Option(help="Port of the schema registry. 0: a free one.")
    ] = 0,
) -> None:
    """Run the whole bus here: Kafka, schema registry, topics, all processors.

    The first start downloads Kafka (about 43 MB) into the user's cache; later ones
    work offline. Data are kept in --data-dir and used again at the next start.
    Webhooks may go to this machine itself. Other `bus` commands find the running
    one by themselves. Ctrl-C stops it.
    """
    given = cast(Root, ctx.obj)
    try:
        settings = given.given()
        if not settings.allow_networks:
            settings = settings.model_copy(update={"allow_networks": _LOOPBACK})
        plan = StackPlan(
            settings=settings,
            arguments=worker_command({}, Role.ALL),
            brokers=brokers,
            processes=processes,
            kafka_port=kafka_port,
            registry_port=registry_port,
        )
        code = run_in_loop(_dev(plan))
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


async def _dev(plan: StackPlan) -> int:
    stop = asyncio.Event()
    stop_on_signals(stop)
    out = console(stderr=True)
    with Drawn(out) as progress:
        async with open_stack(plan, progress) as stack:
            await stack.workers.ready()
            progress.close()
            _say(stack, out)
            ended = asyncio.create_task(stack.workers.wait())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            out.print("Stopping …")
            return ended.result() if ended.done() else 0


def _say(stack: Stack, out: Console) -> None:
    settings: Settings = stack.settings
    data_dir: Path = settings.data_dir.absolute()
    pages = f"http://{settings.http_host}:{settings.http_port}"
    out.print(f"Kafka            {settings.bootstrap_servers}")
    out.print(f"Schema registry  {stack.registry_url}")
    if settings.http_port:
        out.print(f"Metrics, health  {pages}/metrics /healthz /readyz")
    out.print(f"Data             {data_dir}")
    out.print("Next, in another terminal:")
    out.print("  bus subscriptions add my-shop http://127.0.0.1:8000/hook -t 'order.*'")
    out.print("Ctrl-C stops it.")
