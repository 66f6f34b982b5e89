"""The registry that comes with the bus: its log, its HTTP server, its in-process side.

Any Confluent client can use it: `confluent_kafka.schema_registry`, the Java clients,
`kcat -s avro -r URL`.
"""

import base64
import binascii
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bus.errors import ConfigurationError
from bus.registry.admission import Check
from bus.registry.answers import Refused
from processors.registry.http import MAX_BODY, refusal
from processors.registry.journal import Journal
from processors.registry.local import LocalSchemas
from processors.registry.reading import Reading
from processors.registry.users import Users
from processors.registry.writing import Writing


class Registry:
    """An instance of the registry; any number may share one log.

    `schemas` is for programs of this process, `url` for everybody else.

    Args:
        journal: The log; started and stopped with the registry.
        check: Says why a schema may not follow others (`bus.contracts.compatibility`).
        users: Who may ask (HTTP basic). None: no question asked, and therefore
            served on loopback only.
        host_names: Names besides loopback's that requests may be addressed to; with
            users and without names any is right.
        cluster_id: Of Kafka; shown to clients that ask.
    """

    def __init__(
        self,
        journal: Journal,
        check: Check,
        *,
        users: Users | None = None,
        host_names: Collection[str] = (),
        cluster_id: str = "",
    ) -> None:
        self.schemas = LocalSchemas(journal, check)
        self.url = ""
        self._journal = journal
        self._users = users
        middlewares: list[Middleware] = [_in_json]
        if host_names or users is None:
            middlewares.append(_addressed_to(host_names))
        if users is not None:
            middlewares.append(_asking(users))
        app = web.Application(client_max_size=MAX_BODY, middlewares=middlewares)
        app.add_routes(Reading(journal, cluster_id).routes())
        app.add_routes(Writing(journal, check).routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Read the log to its end, then serve. Port 0 takes a free one, see `url`.

        Raises:
            ConfigurationError: The address cannot be used; or it is not loopback, and
                there are no passwords.
            RegistryUnavailableError: The log cannot be read.
        """
        if self._users is None and not _is_loopback(host):
            raise ConfigurationError(
                f"the registry is not served on {host} without users and passwords: "
                "give it a --users-file (`bus registry user NAME` makes its lines)"
            )
        try:
            await self._journal.start()
            await self._serve(host, port)
        except BaseException:
            await self.stop()
            raise

    async def _serve(self, host: str, port: int) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            why = error.strerror or str(error)
            raise ConfigurationError(
                f"the registry cannot be served on {host}:{port}: {why}"
            ) from None
        bound = self._runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{bound}"

    async def stop(self) -> None:
        """Finish the requests under way and let the log go."""
        await self._runner.cleanup()
        await self._journal.stop()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@web.middleware
async def _in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say what aiohttp itself refuses (no such path) as a registry does."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        what = f"HTTP {error.status} {error.reason}"
        return refusal(request, Refused(error.status, what))


def _addressed_to(names: Collection[str]) -> Middleware:
    """Refuse what is addressed to a name that is not ours.

    Without it, any page open in a browser on this machine could change schemas (DNS
    rebinding: a web page lets a name of its own point here).
    """
    allowed = {name.lower() for name in names}

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = _host_name(request.host)
        if _is_loopback(name) or name in allowed:
            return await handler(request)
        what = "is not one of --host-name" if allowed else "is not loopback"
        return refusal(request, Refused(403, f"Host {request.host[:80]} {what}"))

    return look


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _asking(users: Users) -> Middleware:
    @web.middleware
    async def ask(request: web.Request, handler: Handler) -> web.StreamResponse:
        if await users.know(*_credentials(request)):
            return await handler(request)
        response = refusal(request, Refused(401, "User and password are needed"))
        response.headers["WWW-Authenticate"] = 'Basic realm="registry"'
        return response

    return ask


def _credentials(request: web.Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, _, password = text.partition(":")
    return user, password
