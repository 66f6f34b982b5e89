"""A gateway before a registry that refuses single ids, as real ones do."""

import asyncio
from typing import NamedTuple

from aiohttp import ClientError, ClientSession, web

_PREFIX = "/schemas/ids/"
_PASSED_ON = ("content-type", "accept")


class Refusal(NamedTuple):
    """What is answered for an id; a status of 0 is no answer at all."""

    status: int
    error_code: int = 0
    message: str = ""


class Gateway:
    """Passes all on to the registry at `url` but what is in `refusals`, by id."""

    def __init__(self) -> None:
        self.url = ""
        self.refusals: dict[int, Refusal] = {}
        self._session: ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Serve on loopback; return the port."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._session = ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Be away."""
        if self._runner is not None and self._session is not None:
            await self._runner.cleanup()
            await self._session.close()
        self._runner = self._session = None

    async def _answer(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request.path)
        if refusal is None:
            return await self._pass_on(request)
        if not refusal.status:
            await asyncio.Event().wait()
        told = {"error_code": refusal.error_code, "message": refusal.message}
        return web.json_response(told, status=refusal.status)

    def _refusal(self, path: str) -> Refusal | None:
        asked = path.removeprefix(_PREFIX).partition("/")[0]
        known = path.startswith(_PREFIX) and asked.isdecimal()
        return self.refusals.get(int(asked)) if known else None

    async def _pass_on(self, request: web.Request) -> web.Response:
        assert self._session is not None
        kept = {k: v for k, v in request.headers.items() if k.lower() in _PASSED_ON}
        body = await request.read()
        url = self.url + request.raw_path
        try:
            async with self._session.request(
                request.method, url, data=body, headers=kept
            ) as real:
                content = await real.read()
                kind = real.content_type
                return web.Response(status=real.status, body=content, content_type=kind)
        except ClientError:
            return web.json_response({"message": "no upstream"}, status=502)
