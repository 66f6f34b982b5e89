"""Asking how the bus is, once or again and again, and showing it."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from bus.delivery.presence import is_silent
from bus.errors import BrokerUnavailableError
from processors.cli.control import (
    FAILED,
    GOOD,
    console,
    print_json,
    reading,
)
from processors.cli.root import Root
from processors.cli.status_view import Screenful
from processors.cli.waiting import asking_kafka
from processors.clock import SystemClock
from processors.screen.plain import plain_lines
from processors.status.desk import ANSWER_S, AskHealth, Desk
from processors.status.plain import plain_report
from processors.status.question import Unknown
from processors.status.report import HealthSaid, Report, nothing_known
from processors.subscriptions.world import World
from processors.watch.answers import health_said
from processors.watch.board import Board

AGAIN_S = 2.0


async def tell_status(ctx: typer.Context, *, watch: bool, as_json: bool) -> int:
    """Show a report, with `watch` until somebody stops it; return the exit code."""
    async with AsyncExitStack() as stack:
        tell = teller(stack, watch=watch, as_json=as_json)
        asking = _Asking(ctx, stack)
        with asking_kafka():
            report = await asking.report()
        while True:
            tell(report)
            if not watch:
                return exit_code(report)
            await asking.clock.sleep(AGAIN_S)
            report = await asking.report()


class _Asking:
    """Opens the world when it can be opened, and asks."""

    def __init__(self, ctx: typer.Context, stack: AsyncExitStack) -> None:
        self.clock = SystemClock()
        self._opener = reading(ctx)
        self._root = ctx.obj
        self._stack = stack
        self._desk: Desk | None = None

    async def report(self) -> Report:
        try:
            if self._desk is None:
                async with asyncio.timeout(ANSWER_S):
                    world = await self._stack.enter_async_context(self._opener())
                self._desk = Desk(world, await self._watched(world))
                self._stack.callback(self._desk.close)
        except TimeoutError:
            return self._nothing(
                f"Kafka{self._place} gives no answer within {ANSWER_S:g} s"
            )
        except BrokerUnavailableError as error:
            return self._nothing(str(error))
        return await self._desk.report()

    async def _watched(self, world: World) -> AskHealth:
        """Follow what the watch says; what cannot be read in time is unknown."""
        board = Board(world.reader, world.clock, world.topology.alerts)
        await self._stack.enter_async_context(board)

        async def health() -> HealthSaid:
            await board.ready()
            return health_said(board, world.clock.now())

        return health

    @property
    def _place(self) -> str:
        if not isinstance(self._root, Root):
            return ""
        return f" at {self._root.settings().bootstrap_servers}"

    def _nothing(self, why: str) -> Report:
        return nothing_known(int(self.clock.now() * 1000), why)


def teller(
    stack: AsyncExitStack, *, watch: bool, as_json: bool
) -> Callable[[Report], None]:
    """What shows a report, and the next one in its place."""
    if as_json and watch:
        # One document a line, for whoever reads along.
        return lambda report: typer.echo(
            plain_lines(json.dumps(plain_report(report), ensure_ascii=False))
        )
    if as_json:
        return lambda report: print_json(plain_report(report))
    out = console(wraps=watch)
    if watch and out.is_terminal:
        live = stack.enter_context(Live(console=out, screen=True, auto_refresh=False))
        return lambda report: live.update(Screenful(report), refresh=True)
    # Looked at again and again, but drawn over nothing: a blank line between two.
    after = Text("") if watch else Group()
    return lambda report: out.print(Group(Screenful(report), after))


def exit_code(report: Report) -> int:
    """1 where something is unknown, or no process runs."""
    there = report.processes
    if isinstance(there, Unknown) or report.unknown:
        return FAILED
    awake = any(not is_silent(presence, report.at_ms) for presence in there)
    return GOOD if awake else FAILED
