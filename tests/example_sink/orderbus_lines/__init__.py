"""An example of a sink of one's own: an event a line over TCP, answered by a line.

What goes there is JSON with `headers` and, in base64, `body`; the answer is a status
of HTTP and a reason.
"""

import asyncio
import json
from base64 import b64encode
from urllib.parse import urlsplit

from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.plugged import Kit
from bus.sending import NoAnswer, NoAnswerKind, Parcel

_LATE = Unreachable(NoAnswerKind.TIMEOUT, "no answer in time")
_NO = Unreachable(NoAnswerKind.CONNECT, "cannot connect")
_LEFT = Unreachable(NoAnswerKind.RESET, "closed before there was an answer")
_STRANGE = Unreachable(NoAnswerKind.PROTOCOL, "not an answer")


class LineSink:
    """Fulfils `bus.sending.Sink`; a connection an attempt, to keep it short."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        try:
            async with asyncio.timeout(parcel.timeout_s):
                return await self._sent(parcel)
        except TimeoutError:
            return _LATE

    async def close(self) -> None:
        """See `Sink`."""
        await self._kit.places.close()

    async def _sent(self, parcel: Parcel) -> Outcome:
        where = urlsplit(parcel.url)
        host, port = where.hostname or "", where.port or 0
        plain = where.scheme.endswith("+plain")
        found = await self._kit.places.admitted(host, port, plain=plain)
        if isinstance(found, NoAnswer):
            return Unreachable(found.kind, found.detail)
        context = None if plain else self._kit.trust.context(parcel.tls)
        if isinstance(context, NoAnswer):
            return Unreachable(context.kind, context.detail)
        try:
            reader, writer = await asyncio.open_connection(
                found[0], port, ssl=context, server_hostname=host if context else None
            )
        except OSError:
            return _NO
        try:
            writer.write(_line(parcel))
            return _judged(await reader.readline())
        except (OSError, ValueError):
            return _LEFT
        finally:
            writer.close()


def _line(parcel: Parcel) -> bytes:
    headers = {name.lower(): value for name, value in parcel.headers}
    made = {"headers": headers, "body": b64encode(parcel.body).decode()}
    return json.dumps(made).encode() + b"\n"


def _judged(line: bytes) -> Outcome:
    """What an answer means: one table, whatever comes."""
    if not line:
        return _LEFT
    status, _, why = line.decode(errors="replace").strip().partition(" ")
    match status[:1]:
        case "2":
            return Accepted(200)
        case "4" if status == "429":
            return Throttled(429, None, why)
        case "4":
            return Refused(400, why)
        case "5":
            return Failed(500, None, why)
        case _:
            return _STRANGE
