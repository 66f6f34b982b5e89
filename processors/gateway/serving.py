"""The way of a request: the ladder that every one climbs.

Address counted → route found → key known → scope there → key counted → parameters
and body read → a repeat? → the row's handler → answer.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from aiohttp import web

from bus.errors import OrderbusError
from processors.gateway import paths, reading
from processors.gateway.answers import Answered, answered, unless_known
from processors.gateway.api import Api
from processors.gateway.bounds import Bounds
from processors.gateway.callers import (
    address_of,
    check_scope,
    network_of,
    request_id_of,
)
from processors.gateway.draining import Draining
from processors.gateway.entrance import ApiEntrance, Entrance, is_page
from processors.gateway.failures import problem_of, too_late
from processors.gateway.holding import Pool
from processors.gateway.limits import Allowance, Buckets, asking
from processors.gateway.matching import Router
from processors.gateway.problems import (
    INTERNAL,
    TOO_MANY,
    TOO_SLOW,
    ProblemError,
)
from processors.gateway.repeats import Asker, Repeats, fingerprint_of
from processors.gateway.routes import Asked, Reply, Route, Stream
from processors.gateway.sending import send, send_stream
from processors.gateway.visit import Visit
from processors.live.signals import Reason
from processors.telemetry import names

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SMALL_BODY = 2 * 2**20
_LARGE_OF_ALL, _LARGE_OF_ONE = 16, 4
_MOST_VISITORS = 1_000


class Serving:
    """Answers requests by a table of routes; those of pages come in by `pages`."""

    def __init__(
        self,
        api: Api,
        routes: Sequence[Route],
        bounds: Bounds,
        pages: Entrance | None = None,
    ) -> None:
        most, asks = bounds.tenant_subscriptions, asking(bounds.endpoint_asks)
        self._api = replace(api, most_of_tenant=most, asking=asks)
        self._router = Router(routes)
        self._entrance: Entrance = ApiEntrance(api.authenticate)
        self._pages = pages or self._entrance
        self._bounds = bounds
        self._by_key = Buckets("key", bounds.key_rate)
        self._by_address = Buckets("address", bounds.address_rate)
        self._under_way = Pool(
            "Too many requests are under way.", 0, bounds.key_at_once
        )
        size = bounds.body_bytes
        self._bodies = Pool(
            "Too large bodies are under way.",
            _LARGE_OF_ALL * size,
            _LARGE_OF_ONE * size,
        )
        self._repeats = Repeats()
        self._draining = Draining()
        self._in_flight = 0
        self._visitors: dict[tuple[str, str], Api] = {}
        observer, streams = api.observer, api.streams
        observer.gauge(names.API_IN_FLIGHT, lambda: {"": float(self._in_flight)})
        observer.gauge(names.API_STREAMS, lambda: {"": float(streams.open)})

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; never raises."""
        visit = Visit(
            request_id_of(request, secrets.token_hex(16)),
            address_of(request, self._bounds.proxies),
            self._api.world.clock.monotonic(),
        )
        self._in_flight += 1
        try:
            with visit.holding.returned():
                done = await self._answered(visit, request)
            response = self._response(visit, done)
            if done.stream is None:
                await send(request, response, self._bounds.send_s)
        finally:
            self._in_flight -= 1
        if done.stream is not None:
            await self._stream(visit, request, response, done.stream)
        self._tell(visit, request, done)
        return response

    async def drain(self) -> None:
        """Connections end with an answer now; return once begun bodies have come."""
        await self._draining.begin(self._bounds.body_s)

    async def _stream(
        self,
        visit: Visit,
        request: web.BaseRequest,
        response: web.StreamResponse,
        stream: Stream,
    ) -> None:
        try:
            reason = await send_stream(request, response, stream, self._bounds.send_s)
        except Exception as error:  # noqa: BLE001 - a bug ends one stream
            reason = Reason.BROKEN
            self._note_bug(visit, error)
        self._api.observer.measure(names.API_STREAMS_ENDED, 1, reason)

    async def _answered(self, visit: Visit, request: web.BaseRequest) -> Answered:
        try:
            async with asyncio.timeout(self._bounds.deadline_s):
                return await self._climb(visit, request)
        except ProblemError as error:
            problem = error
        except OrderbusError as error:
            problem = problem_of(error, writes=request.method in _WRITES)
            if problem.kind is INTERNAL:
                self._note_bug(visit, error)
        except TimeoutError:
            writes = request.method in _WRITES
            problem = too_late(self._bounds.deadline_s, writes=writes)
        except Exception as error:  # noqa: BLE001 - a bug ends one request
            self._note_bug(visit, error)
            problem = ProblemError(INTERNAL)
        return self._by(request).refused(problem, request, visit)

    def _by(self, request: web.BaseRequest) -> Entrance:
        """The way that this request comes in."""
        return self._pages if is_page(request) else self._entrance

    async def _climb(self, visit: Visit, request: web.BaseRequest) -> Answered:
        visit.allowance = self._by_address.take(network_of(visit.address), visit.began)
        _refuse_too_many(visit.allowance)
        entrance = self._by(request)
        match = self._router.match(request.method, request.rel_url.raw_path)
        route = visit.route = match.route
        if route.scope is None:
            visit.session = entrance.guest(request)
        else:
            visit.principal, visit.session = entrance.enter(request)
            visit.allowance = self._by_key.take(visit.principal.key_id, visit.began)
            _refuse_too_many(visit.allowance)
            visit.holding.take(self._under_way, visit.who)
            check_scope(visit.principal, route.scope)
        paths.check(match.path)
        visit.path = match.path
        accept = reading.accepted(request, route)
        version = reading.read_version(request, route)
        key = reading.read_key(request, route)
        query = reading.read_query(request, route)
        text = await self._body(visit, request, route)
        asked = Asked(
            api=self._of(visit),
            principal=visit.principal,
            path=match.path,
            query=query,
            body=reading.read_quickly(request, route, text, self._api.catalogue)
            or entrance.body(request, route, text, visit.session),
            address=visit.address,
            version=None if version == reading.ANY else version,
            key=key,
            accept=accept,
            last_id=reading.read_last_id(request, route),
            ending=partial(self._ending, request),
            session=visit.session,
        )
        if not asked.key:
            return _news(request, route, answered(route, await route.handler(asked)))
        return await self._once(visit, route, asked, fingerprint_of(request, text))

    async def _body(
        self, visit: Visit, request: web.BaseRequest, route: Route
    ) -> bytes:
        if route.body is None and request.method not in _WRITES:
            return b""
        most = self._bounds.body_bytes
        if not route.large:
            most = min(most, _SMALL_BODY)
        take = partial(visit.holding.take, self._bodies, visit.who)
        if request.content.is_eof():  # all of it is here: nothing is waited for
            return await reading.read_body(request, most, take)
        try:
            async with asyncio.timeout(self._bounds.body_s):
                with self._draining.body():
                    return await reading.read_body(request, most, take)
        except TimeoutError:
            headers = {"Connection": "close"}
            raise ProblemError(TOO_SLOW, headers=headers) from None

    async def _once(
        self, visit: Visit, route: Route, asked: Asked, fingerprint: bytes
    ) -> Answered:
        """Do it unless it was done before, or what of it was not."""
        by, now = Asker(asked.by.key_id, visit.who), self._api.world.clock.monotonic()
        before = self._repeats.begin(by, asked.key, fingerprint, now)
        if before.answered is not None:
            headers = {**before.answered.headers, "Idempotency-Replayed": "true"}
            return Answered(before.answered.status, before.answered.body, headers)
        done, reply = None, Reply()
        try:
            reply = await route.handler(replace(asked, standing=before.standing or {}))
            done = answered(route, reply)
        finally:
            self._repeats.finish(by, asked.key, done, reply.standing)
        return done

    def _of(self, visit: Visit) -> Api:
        """The same, what is done in its world written down as the visitor's."""
        if visit.principal is None:
            return self._api
        who = (visit.principal.key_id, visit.address)
        found = self._visitors.get(who)
        if found is None:
            if len(self._visitors) >= _MOST_VISITORS:
                self._visitors.clear()
            found = self._visitors[who] = self._api.by(*who)
        return found

    def _ending(self, request: web.BaseRequest) -> Reason | None:
        """Why a stream has to end: it is left, or its key is valid no more."""
        if request.transport is None or request.transport.is_closing():
            return Reason.LEFT
        try:
            self._by(request).enter(request)
        except ProblemError:
            return Reason.KEY
        return None

    def _response(self, visit: Visit, done: Answered) -> web.StreamResponse:
        headers = {**done.headers, "X-Request-Id": visit.id}
        if visit.allowance is not None:
            headers.update(visit.allowance.headers())
        if self._bounds.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        response: web.StreamResponse
        if done.stream is not None:
            response = web.StreamResponse(status=done.status, headers=headers)
        else:
            response = web.Response(status=done.status, body=done.body, headers=headers)
        if headers.get("Connection") == "close" or self._draining.begun:
            response.force_close()
        return response

    def _tell(self, visit: Visit, request: web.BaseRequest, done: Answered) -> None:
        """One line and its counts; the path only where we know what stands in it."""
        seconds = self._api.world.clock.monotonic() - visit.began
        self._api.observer.measure(names.API_ANSWERS, 1, str(done.status))
        if done.stream is None:
            self._api.observer.measure(names.API_SECONDS, seconds, visit.operation)
        self._api.observer.note(
            names.REQUEST,
            request=visit.id,
            method=request.method[:8],
            operation=visit.operation,
            **_named(visit),
            status=done.status,
            duration_ms=round(seconds * 1e3, 3),
            key=visit.principal.key_id if visit.principal else "",
            address=visit.address,
        )

    def _note_bug(self, visit: Visit, error: Exception) -> None:
        self._api.observer.note(
            names.BUG, request=visit.id, why=type(error).__name__, exc_info=error
        )


def _named(visit: Visit) -> Mapping[str, str]:
    """What the path names, if a key is known; a key that it names is another's."""
    named = visit.path if visit.principal else {}
    return {"of_key" if name == "key" else name: v for name, v in named.items()}


def _news(request: web.BaseRequest, route: Route, done: Answered) -> Answered:
    """The answer to a question, unless the client has it already."""
    known = request.headers.get("If-None-Match", "")
    return unless_known(done, known) if route.method == "GET" else done


def _refuse_too_many(allowance: Allowance | None) -> None:
    if allowance is not None and not allowance.passes:
        raise ProblemError(TOO_MANY, headers={"Retry-After": str(allowance.wait_s)})
