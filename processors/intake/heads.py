"""What a request says before its body, and how it is kept."""

from aiohttp import web

from bus.intake.channels.definition import Channel
from bus.intake.receiving.replies import Came
from bus.intake.sources import Source
from processors.intake.answering import LONG_HEAD, TurnedAwayError

LARGEST_DEFAULT = 8 * 2**20
"""Bytes of a body, where neither source nor channel says less."""
_MOST_HEADERS = 32 * 2**10


def with_body(came: Came, body: bytes) -> Came:
    """The same with its body."""
    return Came(came.method, came.headers, came.query, body, came.url)


def most_bytes(source: Source, channel: Channel) -> int:
    """How large a body of a source may be."""
    return source.max_body or min(channel.limit, LARGEST_DEFAULT)


def headers_of(request: web.BaseRequest) -> dict[str, str]:
    """By name in small letters; what comes several times is joined, as by proxies.

    Raises:
        TurnedAwayError: there is too much of them.
    """
    found: dict[str, str] = {}
    size = 0
    for name, value in request.headers.items():
        size += len(name) + len(value)
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    if size > _MOST_HEADERS:
        raise TurnedAwayError(LONG_HEAD)
    return found


def without_secret(url: str, source: Source) -> str:
    """The address without the secret in its path."""
    head, inside, rest = url.partition(f"/in/{source.id}/")
    if not (source.path_secret and inside):
        return url
    secret, *query = rest.split("?", 1)
    return f"{head}{inside}…" + (f"?{query[0]}" if query and secret else "")
