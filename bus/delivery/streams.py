"""Streams of Redis as endpoints: what the paths of their URLs say."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote

from bus.delivery.queues import Template, template

_LONGEST = 512
_MOST = 1_000_000_000
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class RedisEndpoint:
    """A stream of a Redis server; `most` 0: it is never cut."""

    host: str
    port: int
    plain: bool
    stream: Template
    database: int = 0
    most: int = 0


def parse_redis(
    host: str, port: int, parts: SplitResult, *, plain: bool
) -> RedisEndpoint:
    """Read `/STREAM?db=N&maxlen=N`.

    Raises:
        ValueError: it is none; says what is wrong.
    """
    stream = unquote(parts.path[1:])
    if not stream or len(stream.encode()) > _LONGEST:
        raise ValueError(
            f"expected {parts.scheme}://HOST/STREAM, and at most ?db=N&maxlen=N"
        )
    options = parse_qsl(parts.query, keep_blank_values=True)
    found = dict(options)
    if len(found) < len(options) or found.keys() - {"db", "maxlen"}:
        raise ValueError("expected at most ?db=N&maxlen=N, each once")
    database, most = _number(found, "db"), _number(found, "maxlen")
    return RedisEndpoint(host, port, plain, template(stream), database, most)


def _number(options: dict[str, str], name: str) -> int:
    text = options.get(name, "0")
    if not _NUMBER.fullmatch(text) or int(text) > _MOST:
        raise ValueError(f"{name}: expected a number up to {_MOST}")
    return int(text)
