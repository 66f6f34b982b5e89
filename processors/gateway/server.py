"""The gateway as a server: made of a table, listens, drains."""

import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

import orjson
from aiohttp import web

from bus.errors import ConfigurationError
from processors.entry.connections import BACKLOG, HttpServer
from processors.gateway.api import Api, Papers
from processors.gateway.bounds import Bounds
from processors.gateway.document import as_json, describe_api
from processors.gateway.entrance import Entrance
from processors.gateway.page import render_page, style
from processors.gateway.protocol import Lines, refuse
from processors.gateway.routes import Route
from processors.gateway.serving import Serving
from processors.gateway.typed import with_event_types


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to listen; port 0: a free one. Certificate and key are PEM files."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None


class Gateway:
    """Serves a table of routes; `url` says where. Pages come in by `pages`."""

    def __init__(
        self,
        api: Api,
        routes: Sequence[Route],
        bounds: Bounds,
        lines: Lines,
        pages: Entrance | None = None,
    ) -> None:
        self.url = ""
        # Made when they are asked for first; the table does not change.
        self._api = replace(api, papers=cache(partial(papers_of, routes, api)))
        self._routes = routes
        self._bounds = bounds
        self._lines = lines
        self._pages = pages
        self._runner: web.ServerRunner | None = None
        self._serving: Serving | None = None

    async def start(self, place: Place) -> None:
        """Listen.

        Raises:
            ConfigurationError: the address or the certificate cannot be used; or keys
                would travel in plain text.
        """
        context = _tls(place)
        if (
            context is None
            and not _is_loopback(place.host)
            and not self._bounds.proxies.networks
        ):
            raise ConfigurationError(
                f"the API is not served on {place.host} in plain text, where keys could"
                " be read on the way: give ORDERBUS_API_CERTIFICATE_FILE and"
                " ORDERBUS_API_KEY_FILE, or name the proxies in front of it that do"
                " TLS in ORDERBUS_API_PROXIES"
            )
        bounds = replace(self._bounds, secure=context is not None)
        serving = Serving(self._api, self._routes, bounds, self._pages)
        server = HttpServer(serving, self._lines, refuse, bounds.proxies.networks)
        # Requests under way may take as long as they ever may.
        runner = web.ServerRunner(server, shutdown_timeout=bounds.deadline_s)
        await runner.setup()
        self._runner, self._serving = runner, serving
        try:
            await web.TCPSite(
                runner, place.host, place.port, ssl_context=context, backlog=BACKLOG
            ).start()
        except OSError as error:
            await self.stop()
            raise ConfigurationError(
                f"ORDERBUS_API_PORT: cannot listen on {place.host}:{place.port}:"
                f" {error.strerror or error}"
            ) from None
        host = f"[{place.host}]" if ":" in place.host else place.host
        scheme = "https" if context is not None else "http"
        self.url = f"{scheme}://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Take no more requests, and finish those under way; streams end at once."""
        self._api.live.end()
        if self._runner is not None and self._serving is not None:
            for site in list(self._runner.sites):
                await site.stop()
            await self._serving.drain()
            await self._runner.cleanup()
            self._runner = None
        await self._api.jobs.close()


def papers_of(routes: Sequence[Route], api: Api) -> Papers:
    """What the API says of itself."""
    described = orjson.loads(as_json(describe_api(routes, version("orderbus"))))
    document = with_event_types(described, routes, api.catalogue)
    return Papers(
        openapi=json.dumps(document, indent=1).encode(),
        asyncapi=orjson.dumps(api.asyncapi(), option=orjson.OPT_INDENT_2),
        page=render_page(routes, document),
        style=style(),
    )


def _tls(place: Place) -> ssl.SSLContext | None:
    if place.certificate is None or place.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        # With a password, so that nobody is asked for one.
        context.load_cert_chain(place.certificate, place.key, password="")
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "ORDERBUS_API_CERTIFICATE_FILE, ORDERBUS_API_KEY_FILE: cannot be used:"
            f" {error.strerror or 'no certificate with its key'}"
        ) from None
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
