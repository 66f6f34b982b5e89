"""Running a command's body in a world, and what its end means to a shell.

Exit codes: 0 good; 1 it failed, or there is no such thing; 2 wrong usage or refused
input; 130 interrupted. A command whose 1 is an answer ends with 3 where it has none.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

import typer

from bus.errors import (
    AbsentError,
    BrokerUnavailableError,
    ConfigurationError,
    InvalidEventError,
    InvalidFieldsError,
    InvalidKeyError,
    OrderbusError,
    PublishError,
)
from processors.cli.waiting import asking_kafka
from processors.screen.plain import plain_json
from processors.screen.saying import say
from processors.texts import text_in, text_of

if TYPE_CHECKING:
    from rich.console import Console

    from processors.subscriptions.world import World

Opener: TypeAlias = "Callable[[], AbstractAsyncContextManager[World]]"
Body: TypeAlias = "Callable[[World], Awaitable[int]]"

_REFUSING, _CONFLICT = {400, 422}, 409
GOOD, FAILED, REFUSED, UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 130
_ANSWERS = "orderbus.answers"
_REFUSALS = (
    ConfigurationError,
    InvalidEventError,
    InvalidFieldsError,
    InvalidKeyError,
)


def run(
    ctx: typer.Context,
    body: Body,
    *,
    reads: bool = False,
    first: Callable[[], object] = lambda: None,
) -> None:
    """Run `body` in the world that `ctx.obj()` opens; exit with what it returns.

    What only `reads` subscriptions needs no key to their secrets. `first` judges what
    was given, as far as it can be judged before anybody is asked.
    """
    if over_api(ctx):
        return
    opener = reading(ctx) if reads else cast("Opener", ctx.obj)

    async def in_world() -> int:
        first()
        with asking_kafka():
            async with opener() as world:
                await _loaded(world)
                return await body(world)

    exit_with(ctx, in_world())


def over_api(ctx: typer.Context) -> bool:
    """Run the command through the HTTP API instead, if ORDERBUS_URL says so."""
    try:
        place = getattr(ctx.obj, "api", lambda: None)()
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None
    if place is None:
        return False
    # By name: what works over the API prints with what is here.
    steps = import_module("processors.cli.over_api.table")
    exit_with(ctx, steps.run_over_api(ctx, *place))
    return True


def reading(ctx: typer.Context) -> Opener:
    """What opens a world for a command that writes no subscription."""
    return cast("Opener", getattr(ctx.obj, "reading", ctx.obj))


def exit_with(ctx: typer.Context, work: Coroutine[object, object, int]) -> None:
    """Run `work` to its end; exit with what it returns, or with its error's code."""
    from processors.stopping import run_minding

    try:
        code = run_minding(work)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


async def _loaded(world: "World") -> None:
    """However many there are, and however slow the machine is."""
    await world.table.loaded()


def failed_is_an_answer(ctx: typer.Context) -> None:
    """From here on any error ends the command with 3, so that 1 says what it says."""
    ctx.meta[_ANSWERS] = True


def complain(ctx: typer.Context, error: OrderbusError) -> int:
    """Say what went wrong, on stderr; return the exit code."""
    name = ctx.command_path
    text = _lost(ctx, error) or str(error)
    line = f"{name}:\n  " + text.replace("\n", "\n  ") if "\n" in text else text
    prefix = "" if "\n" in text else f"{name}: "
    say(f"{prefix}{line}", fg=typer.colors.RED, err=True)
    if ctx.meta.get(_ANSWERS):
        return UNKNOWN
    return REFUSED if _is_refusal(error) else FAILED


def _lost(ctx: typer.Context, error: OrderbusError) -> str:
    """What to say of a Kafka that went away meanwhile; "" if it says so itself."""
    told = (error, error.__cause__, error.__context__)
    if not any(map(_is_away, told)):
        return ""
    place = getattr(ctx.obj, "servers", "")
    if place and place in str(error):
        return ""  # it was never reached, and what to do is said
    where = f" at {place}" if place else ""
    return (
        f"Kafka{where} gives no answer any more ({error}); what was done stands, try"
        " again once it answers: bus status"
    )


def _is_away(error: object) -> bool:
    """Whether it says that no broker answers, or has acknowledged a record in time."""
    if isinstance(error, PublishError):
        return error.retriable
    return isinstance(error, BrokerUnavailableError)


def _is_refusal(error: OrderbusError) -> bool:
    """Whether what was given is wrong in itself, by whoever says so.

    That something is not there is none: only who asks everybody knows that.
    """
    if isinstance(error, AbsentError):
        return False
    if isinstance(error, _REFUSALS):
        return True
    status, wrong = getattr(error, "status", 0), getattr(error, "errors", ())
    return status in _REFUSING or (status == _CONFLICT and bool(wrong))


def console(*, stderr: bool = False, wraps: bool = False) -> "Console":
    """A console that prints what it gets: no markup, no guessing of colours.

    It leaves long lines to the terminal; on one that `wraps` they are broken between
    words, which what is drawn over itself needs: there they would be cut.
    """
    from processors.screen.console import Screen

    return Screen(stderr=stderr, markup=False, highlight=False, soft_wrap=not wraps)


def warn(*sentences: str) -> None:
    """Print warnings on stderr."""
    for sentence in sentences:
        say(f"warning: {sentence}", fg=typer.colors.YELLOW, err=True)


def print_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(plain_json(json.dumps(value, indent=2, ensure_ascii=False)))


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        ConfigurationError: it cannot be read, or is no text.
    """
    if path != "-":
        return text_in(path)
    # Not through its text layer, which lets bytes that are no text pass in some places.
    return text_of("standard input", sys.stdin.buffer.read())
