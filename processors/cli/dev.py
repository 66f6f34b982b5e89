"""`bus dev`: the whole bus on this machine, its data kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.errors import OrderbusError
from processors.cli.control import complain
from processors.cli.root import Root
from processors.cli.run import Role
from processors.screen.saying import say

if TYPE_CHECKING:
    from processors.settings import Settings
    from processors.wiring.stack_plan import StackPlan

app = typer.Typer()
_LOOPBACK = ("127.0.0.0/8", "::1/128")

_BESIDE = (Role.PROJECTOR, Role.WATCH, Role.INTAKE, Role.CONVERT)

Brokers: TypeAlias = Annotated[
    int, typer.Option(min=1, max=9, help="Kafka brokers, each its own process.")
]
Processes: TypeAlias = Annotated[
    int, typer.Option(min=1, max=256, help="Worker processes.")
]
KafkaPort: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1, max=65_535, help="Port of the first broker. Default: a free one."
    ),
]
RegistryPort: TypeAlias = Annotated[
    int,
    typer.Option(min=0, max=65_535, help="Port of the schema registry. 0: a free one."),
]
ReceiverPort: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65_535,
        help="Port of a receiver to try things with. Default: 8471, or a free one.",
    ),
]


@app.command("dev")
def dev_command(
    ctx: typer.Context,
    *,
    brokers: Brokers = 1,
    processes: Processes = 1,
    kafka_port: KafkaPort = None,
    registry_port: RegistryPort = 0,
    receiver_port: ReceiverPort = None,
) -> None:
    """Run the whole bus here: Kafka, registry, processors, API.

    The first start downloads Kafka (about 45 MB) into the user's cache; later ones
    work offline. Data are kept for the next start; where, says `bus --data-dir DIR
    dev`. Webhooks may go to this machine itself; a receiver to try them with runs
    beside it. Other `bus` commands find it. What ends is started again. Ctrl-C stops.
    """
    from processors.cli.processes import worker_command
    from processors.wiring.stack_plan import StackPlan

    try:
        plan = StackPlan(
            settings=_settings(cast(Root, ctx.obj)),
            arguments=worker_command({}, Role.ALL.value),
            beside=[worker_command({}, role.value) for role in _BESIDE],
            api_arguments=worker_command({}, Role.GATEWAY.value),
            brokers=brokers,
            processes=processes,
            kafka_port=kafka_port,
            registry_port=registry_port,
            receiver_port=receiver_port,
        )
        code = _run(plan)
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


def _run(plan: "StackPlan") -> int:
    """Run it, on ports that no other bus of this user finds free meanwhile."""
    from processors.cli.dev_stack import run_stack
    from processors.cli.processes import run_in_loop
    from processors.wiring.own_ports import with_pulling
    from processors.wiring.reserved_ports import reserving

    with reserving(plan.settings.cache_dir.absolute()) as ports:
        settings = _with_pages(plan.settings, plan.processes, ports.take)
        environment = {"ORDERBUS_HTTP_PORT": str(settings.http_port)}
        chosen = replace(
            plan, settings=settings, environment=environment, reserve=ports.take
        )
        return run_in_loop(run_stack(with_pulling(chosen)))


def _settings(given: Root) -> "Settings":
    settings = given.given()
    if settings.allow_networks:
        return settings
    return settings.model_copy(update={"allow_networks": _LOOPBACK})


def _with_pages(
    settings: "Settings", workers: int, reserve: Callable[[int], bool]
) -> "Settings":
    """Where a port for pages that nobody asked for is taken, there are none."""
    from processors.wiring.listening import pages_may_be

    processes = workers + len(_BESIDE) + 1
    first, chosen = settings.http_port, "http_port" in settings.model_fields_set
    ours = range(first, first + processes) if first and not chosen else ()
    if pages_may_be(settings, processes) and all(map(reserve, ours)):
        return settings
    say(
        f"Of the {processes} ports from {settings.http_port} on one is taken, so there"
        " is no /metrics and no page of health; ORDERBUS_HTTP_PORT names other ports.",
        err=True,
    )
    return settings.model_copy(update={"http_port": 0})
