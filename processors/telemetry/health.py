"""The three pages of a process: `/metrics`, `/healthz`, `/readyz`."""

import asyncio
from collections.abc import Callable, Collection, Mapping

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST

from bus.errors import ConfigurationError
from processors.telemetry.hosts import is_meant
from processors.telemetry.metrics import OPEN, OPEN_TYPE, Metrics

# None: all is well. Otherwise what is wrong, in a few words.
Check = Callable[[], str | None]
_BEAT_S = 0.25
_OK, _FORBIDDEN, _UNAVAILABLE = 200, 403, 503


class Health:
    """What a process says of itself when asked.

    `alive` checks fail when only a restart helps (a dead thread); that the page is
    answered shows that the event loop runs. `ready` checks fail while the process
    can do no useful work. A notice fails nothing: `/readyz` says what somebody has to
    know though the process works.
    """

    def __init__(self) -> None:
        self._alive: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}
        self._notices: dict[str, Check] = {}
        self._numbers: dict[str, Callable[[], float | None]] = {}

    def alive(self, name: str, check: Check) -> None:
        """Add a check to `/healthz`."""
        self._alive[name] = check

    def ready(self, name: str, check: Check) -> None:
        """Add a check to `/readyz`."""
        self._ready[name] = check

    def notice(self, name: str, check: Check) -> None:
        """Add a notice to `/readyz`, shown while `check` returns a text."""
        self._notices[name] = check

    def number(self, name: str, ask: Callable[[], float | None]) -> None:
        """Add a number to `/readyz`, shown while there is one."""
        self._numbers[name] = ask

    def numbers(self) -> dict[str, float]:
        """The numbers that there are now, by name."""
        said = {name: ask() for name, ask in self._numbers.items()}
        return {name: round(n, 1) for name, n in said.items() if n is not None}

    def notices(self) -> dict[str, str]:
        """What has to be known now, by name."""
        said = _run(self._notices)
        return {name: text for name, text in said.items() if text != "ok"}

    def liveness(self) -> dict[str, str]:
        """Each `alive` check: `ok`, or what is wrong."""
        return _run(self._alive)

    def readiness(self) -> dict[str, str]:
        """Each `ready` check: `ok`, or what is wrong."""
        return _run(self._ready)


def _run(checks: dict[str, Check]) -> dict[str, str]:
    said = {}
    for name, check in checks.items():
        try:
            said[name] = check() or "ok"
        except Exception as error:  # noqa: BLE001 - a check that breaks has failed
            said[name] = f"the check failed: {type(error).__name__}"
    return said


class Beat:
    """Measures how late the event loop runs a timer: the longest of the last 10 s."""

    def __init__(self) -> None:
        self._delays = [0.0] * int(10 / _BEAT_S)
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        """Begin, on the running loop."""
        self._due = asyncio.get_running_loop().time()
        self._beat()

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._turn = (self._turn + 1) % len(self._delays)
        self._delays[self._turn] = max(0.0, now - self._due)
        self._due = now + _BEAT_S
        self._timer = loop.call_at(self._due, self._beat)

    def stop(self) -> None:
        """Beat no more."""
        if self._timer is not None:
            self._timer.cancel()

    def longest_s(self) -> float:
        """The longest delay of the last ten seconds."""
        return max(self._delays)


class Pages:
    """A small HTTP server for the three pages."""

    def __init__(
        self, metrics: Metrics, health: Health, names: Collection[str] = ()
    ) -> None:
        """`names`: by which it is asked, beside addresses and names inside."""
        self._names = frozenset(name.lower() for name in names)
        self._metrics = metrics
        self._health = health
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen, and return the URL; port 0 takes a free one.

        Raises:
            ConfigurationError: the address cannot be had.
        """
        app = web.Application(middlewares=[self._look])
        app.router.add_get("/metrics", self._serve_metrics)
        app.router.add_get("/healthz", self._serve_liveness)
        app.router.add_get("/readyz", self._serve_readiness)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigurationError(
                f"ORDERBUS_HTTP_PORT: cannot listen on {host}:{port}: {error.strerror}"
            ) from None
        self._runner = runner
        bound = runner.addresses[0]
        shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        return f"http://{shown}:{bound[1]}"

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _look(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_meant(request.host, self._names):
            return await handler(request)
        text = "Host is no name of ours: ORDERBUS_HTTP_HOST_NAMES\n"
        return web.Response(status=_FORBIDDEN, text=text)

    async def _serve_metrics(self, request: web.Request) -> web.Response:
        self._metrics.look()
        wants_open = OPEN in request.headers.get("Accept", "")
        make = self._metrics.open_page if wants_open else self._metrics.page
        # Thousands of series take a while: not on the loop that delivers.
        page = await asyncio.to_thread(make)
        said = OPEN_TYPE if wants_open else CONTENT_TYPE_LATEST
        return web.Response(body=page, headers={"Content-Type": said})

    async def _serve_liveness(self, _: web.Request) -> web.Response:
        return _answer(self._health.liveness())

    async def _serve_readiness(self, _: web.Request) -> web.Response:
        health = self._health
        more = {"notices": health.notices(), "numbers": health.numbers()}
        return _answer(health.readiness(), more)


def _answer(
    checks: Mapping[str, str], more: Mapping[str, object] | None = None
) -> web.Response:
    well = all(said == "ok" for said in checks.values())
    body: dict[str, object] = {"status": "ok" if well else "failing", "checks": checks}
    body |= {name: said for name, said in (more or {}).items() if said}
    return web.Response(
        body=orjson.dumps(body),
        status=_OK if well else _UNAVAILABLE,
        content_type="application/json",
    )
