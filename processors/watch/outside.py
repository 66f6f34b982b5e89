"""Sinks outside of the bus: Alertmanager, people, a monitor of the watch itself."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import orjson

from bus.watch.alertmanager import PATH, Posted, posted, watchdog
from bus.watch.message import Links, Message, message_of
from bus.watch.telling import Notice
from processors.watch.sinks import Minute

_JSON = {"Content-Type": "application/json"}


class Http(Protocol):
    """Asks an operator's address."""

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> None:
        """Ask once; raises NotTakenError unless it is answered 2xx."""
        ...


class Service(Protocol):
    """Takes messages for people."""

    async def send(self, message: Message) -> None:
        """Send it once; raises NotTakenError if it is not taken."""
        ...


class Alertmanager:
    """One Alertmanager; it is told again every minute what fires, as it expects.

    One that was restarted has forgotten, and one that is told nothing ends an alert.
    `authorization` is a header, or nothing.
    """

    def __init__(self, http: Http, url: str, authorization: str, links: Links) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}{PATH}"
        self._headers = dict(_JSON)
        if authorization:
            self._headers["Authorization"] = authorization
        self._links = links
        self._began: float | None = None

    async def tell(self, notice: Notice, at: float) -> None:
        """Post the one alert."""
        del at
        await self._post([posted(notice.alert, self._links)])

    async def remind(self, minute: Minute) -> bool:
        """Post all that it believes, and the watchdog as long as somebody sees."""
        alerts = [posted(alert, self._links) for alert in minute.believed]
        moment = minute.moment
        if moment.sees:
            self._began = moment.at if self._began is None else self._began
            alerts.append(watchdog(moment.at, self._began, self._links))
        if alerts:
            await self._post(alerts)
        return bool(alerts)

    async def _post(self, alerts: Sequence[Posted]) -> None:
        await self._http.ask("POST", self._url, self._headers, orjson.dumps(alerts))


class People:
    """A chat, a mailbox, a pager."""

    def __init__(self, service: Service, links: Links) -> None:
        self._service = service
        self._links = links

    async def tell(self, notice: Notice, at: float) -> None:
        """Send it in words."""
        await self._service.send(message_of(notice, self._links, at))


class Heartbeat:
    """A monitor outside, which raises the alarm once it hears nothing for minutes."""

    def __init__(self, http: Http, url: str, method: str) -> None:
        self._http = http
        self._url = url
        self._method = method

    async def remind(self, minute: Minute) -> bool:
        """Ask it, as long as the watch judges and sees what it judges by."""
        if minute.moment.sees:
            await self._http.ask(self._method, self._url, {})
        return minute.moment.sees
