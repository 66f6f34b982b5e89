"""`bus run`: the processors."""

from collections.abc import Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.errors import ConfigurationError, OrderbusError
from processors.cli.control import complain
from processors.cli.root import Root

if TYPE_CHECKING:
    from processors.settings import Settings

app = typer.Typer()


class Role(StrEnum):
    """What to run."""

    FANOUT = "fanout"
    RETRY = "retry"
    ORDERED = "ordered"
    PROJECTOR = "projector"
    GATEWAY = "gateway"
    OUTBOX = "outbox"
    WATCH = "watch"
    INTAKE = "intake"
    CONVERT = "convert"
    ALL = "all"

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs behind the word."""
        from processors.delivery.engine import ROLES

        return ROLES if self is Role.ALL else (self.value,)


_OF_INTAKE = (Role.INTAKE, Role.CONVERT)
Which: TypeAlias = Annotated[Role, typer.Argument(help="Which processors.")]
Processes: TypeAlias = Annotated[
    int, typer.Option(min=1, max=256, help="How many; they share the partitions.")
]


@app.command("run")
def run_command(
    ctx: typer.Context,
    role: Which = Role.ALL,
    *,
    processes: Processes = 1,
    index: Annotated[int, typer.Option(hidden=True)] = 0,
    share: Annotated[int, typer.Option(hidden=True)] = 1,
    attached: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run processors until SIGTERM or Ctrl-C, then drain.

    fanout reads the source topics and makes first attempts; retry serves the tiers;
    ordered serves subscriptions with `ordering: key`. A subscription's concurrency
    and rate are shared out. projector reads all that happens into the log, a database;
    watch judges whether all is well. all is the first three, and beside them these two
    where ORDERBUS_LOG_URL names a log, and with ORDERBUS_INTAKE intake, the door that
    channels send to, and convert, which makes events of what they sent. gateway serves
    the HTTP API, outbox publishes from the OMS's.

    Exit code 0: drained and stopped. 1: failed. 2: a setting is wrong.

    For example:
      bus run                       all in one process
      bus run projector             into SQLite in the data folder
      bus run gateway               at ORDERBUS_API_PORT, 8470
      bus run outbox                from the database at ORDERBUS_OUTBOX_URL
      ORDERBUS_BOOTSTRAP_SERVERS=kafka:9092 bus run convert
    """
    from processors.cli.processes import run_in_loop

    given = cast(Root, ctx.obj)
    place = _Place(index, share, attached=attached)
    try:
        settings = given.settings()
        work = _work(given, settings, role, processes, place)
        code = run_in_loop(work)
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Place:
    """Which of several processes this is, and whether a parent watches over it."""

    index: int
    share: int
    attached: bool


def _work(
    given: Root, settings: "Settings", role: Role, processes: int, place: _Place
) -> Coroutine[object, object, int | None]:
    """What is to be run here, and beside it what belongs to all of it."""
    from processors.cli.processes import run_beside
    from processors.wiring.listening import refuse_taken_pages

    beside = [] if place.attached or role is not Role.ALL else _beside(settings)
    if processes > 1 or beside:
        refuse_taken_pages(settings, processes + len(beside))
    if processes > 1:
        work = _several(given, settings, role, processes)
    else:
        work = _one(settings, role, place)
    for index, other in enumerate(beside, processes):
        work = run_beside(given.arguments, other.value, index, settings, work)
    return work


def _beside(settings: "Settings") -> list[Role]:
    """What runs in processes of their own, beside those that deliver."""
    with_log = [Role.PROJECTOR, Role.WATCH] if settings.log_url else []
    return [*with_log, *(_OF_INTAKE if settings.intake else ())]


def _one(
    settings: "Settings", role: Role, place: _Place
) -> Coroutine[object, object, int | None]:
    if role is Role.PROJECTOR:
        from processors.wiring.projecting import serve_projector

        return serve_projector(settings, index=place.index, attached=place.attached)
    if role is Role.GATEWAY:
        from processors.wiring.gateway import serve_gateway

        return serve_gateway(settings, index=place.index, attached=place.attached)
    if role is Role.OUTBOX:
        from processors.wiring.outbox import serve_outbox

        return serve_outbox(settings, index=place.index, attached=place.attached)
    if role is Role.WATCH:
        from processors.wiring.watching import serve_watch

        return serve_watch(settings, index=place.index, attached=place.attached)
    if role in _OF_INTAKE:
        return _one_of_intake(settings, role, place)
    from processors.wiring.serve import serve

    return serve(
        settings,
        role.programs,
        index=place.index,
        share=place.share,
        attached=place.attached,
    )


def _one_of_intake(
    settings: "Settings", role: Role, place: _Place
) -> Coroutine[object, object, None]:
    if role is Role.INTAKE:
        from processors.wiring.intake import serve_intake

        return serve_intake(settings, index=place.index, attached=place.attached)
    from processors.wiring.converting import serve_convert

    return serve_convert(settings, index=place.index, attached=place.attached)


def _several(
    given: Root, settings: "Settings", role: Role, count: int
) -> Coroutine[object, object, int | None]:
    from processors.cli.processes import supervise

    if role is Role.PROJECTOR:
        from processors.wiring.projecting import refuse_several

        refuse_several(settings, count)
    if role in {Role.GATEWAY, Role.INTAKE}:
        raise ConfigurationError(
            f"--processes: {role.value} is one process; run several on ports of their"
            " own"
        )
    return supervise(given.arguments, role.value, count, settings.drain_s)
