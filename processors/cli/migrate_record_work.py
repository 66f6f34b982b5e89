"""What `bus migrate tap` and `bus migrate shadow` do."""

import asyncio
from contextlib import AsyncExitStack, closing
from pathlib import Path

import typer

from bus.client.recordings import RecordingFile
from bus.delivery.schedule import parse_moment
from bus.delivery.shown import shown_url
from bus.errors import ConfigurationError
from bus.migration.recorded import Recorded
from processors.cli.control import FAILED, GOOD, exit_with
from processors.clock import SystemClock
from processors.parity.shadow import shadow
from processors.parity.tap import Tap
from processors.screen.saying import say
from processors.stopping import stop_on_signals
from processors.subscriptions.world import World
from processors.wiring.listening import refuse_taken
from processors.wiring.onward import open_sender

_LAST_PORT = 65_535
_SHOWN = 5


def tap(ctx: typer.Context, url: str, listen: str, out: Path) -> None:
    """Pass on and record until Ctrl-C."""
    exit_with(ctx, _tap(url, listen, out))


async def _tap(url: str, listen: str, out: Path) -> int:
    host, port = place_of(listen)
    refuse_taken(host, port, "--listen")
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with AsyncExitStack() as stack:
        file = stack.enter_context(closing(RecordingFile(out)))
        sender = await stack.enter_async_context(open_sender(url))
        made = Tap(SystemClock(), sender, url, file.append)
        at = await made.start(host, port)
        say(f"Passing on from http://{host}:{at} to {shown_url(url)}.")
        say(f"Recording in {out}. Ctrl-C stops it.")
        await stop.wait()
        await made.close()
    counted = made.counted
    say(f"{counted.passed:,} requests were passed on, {counted.lost:,} not recorded.")
    if counted.lost:
        say(f"The last time: {counted.why}", err=True)
    return FAILED if counted.lost else GOOD


def place_of(listen: str) -> tuple[str, int]:
    """The host and port of `HOST:PORT` or `:PORT`.

    Raises:
        ConfigurationError: It is none.
    """
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > _LAST_PORT:
        raise ConfigurationError(f"--listen: expected HOST:PORT, not {listen!r}")
    return host.strip("[]") or "127.0.0.1", int(port)


def refuse_place(out: Path | None) -> None:
    """Refuse a file in a folder that is not there.

    Raises:
        ConfigurationError: it is not.
    """
    if out is not None and not out.absolute().parent.is_dir():
        raise ConfigurationError(f"--out: there is no folder {out.parent}")


def refuse_kept(out: Path) -> None:
    """Refuse a file that has something in it: what is made again would stand twice.

    Raises:
        ConfigurationError: it has, or it cannot be written.
    """
    refuse_place(out)
    if out.is_file() and out.stat().st_size:
        raise ConfigurationError(
            f"--out: {out} has a recording in it already; name a new file"
            " (`report` and `compare` take several), or remove that one"
        )


async def record_shadow(
    world: World, id_: str, span: tuple[str, str], out: Path
) -> int:
    """Record what would be sent; 1 if an event could not be made one."""
    await world.table.ready()
    now_s = world.clock.now()
    try:
        since_s, until_s = (parse_moment(text, now_s) for text in span)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    count, unread = 0, 0
    with closing(RecordingFile(out)) as file:
        async for one in shadow(world, id_, int(since_s * 1000), int(until_s * 1000)):
            if isinstance(one, Recorded):
                count += 1
                file.append(one)
                continue
            unread += 1
            if unread <= _SHOWN:
                say(f"{one.place}: {one.why}", err=True)
    say(f"{count:,} requests stand in {out}; nothing was sent.")
    if unread:
        say(f"{unread:,} events could not be made one.", err=True)
    return FAILED if unread else GOOD
