"""The door as a server: listens, drains."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from bus.errors import ConfigurationError
from processors.entry.connections import BACKLOG, Fault, HttpServer, Lines
from processors.intake.answering import BUG, LONG_HEAD, NO_HTTP, response
from processors.intake.serving import DoorBounds, Serving

_HEADERS = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPlace:
    """Where to listen; port 0: a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 2_000
    idle_s: float = 15
    drain_s: float = 10


class Door:
    """Serves submissions; `url` says where."""

    def __init__(self, serving: Serving, bounds: DoorBounds) -> None:
        self.url = ""
        self._serving = serving
        self._bounds = bounds
        self._runner: web.ServerRunner | None = None
        self._drain_s = 0.0

    async def start(self, place: DoorPlace) -> None:
        """Listen.

        Raises:
            ConfigurationError: the address cannot be had.
        """
        lines = Lines(
            headers=_HEADERS, idle_s=place.idle_s, connections=place.connections
        )
        server = HttpServer(
            self._serving, lines, _refuse, self._bounds.proxies.networks
        )
        runner = web.ServerRunner(server, shutdown_timeout=1)
        await runner.setup()
        self._runner, self._drain_s = runner, place.drain_s
        try:
            site = web.TCPSite(runner, place.host, place.port, backlog=BACKLOG)
            await site.start()
        except OSError as error:
            await self.stop()
            raise ConfigurationError(
                f"ORDERBUS_INTAKE_PORT: cannot listen on {place.host}:{place.port}:"
                f" {error.strerror or error}"
            ) from None
        host = f"[{place.host}]" if ":" in place.host else place.host
        self.url = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Take no more connections, and finish the requests under way."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for site in list(runner.sites):
            await site.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._drain_s):
                await self._serving.idle()
        await runner.cleanup()


def _refuse(fault: Fault, lines: Lines) -> web.Response:
    del lines
    answers = {Fault.BROKEN: BUG, Fault.LONG: LONG_HEAD}
    return response(answers.get(fault, NO_HTTP))
