"""What routes that ask the log have in common: the log, its lag, its pages.

An answer from the log says how far behind the log may be: `Orderbus-Log-Lag`.
"""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeGuard, TypeVar, cast

from pydantic import BaseModel

from bus.errors import ConfigurationError
from bus.log import questions
from bus.log.questions import Listed, Paging, Scope
from bus.log.store import Log
from bus.times import EARLIEST, LATEST, rfc3339
from processors.gateway.failures import RETRY_AFTER
from processors.gateway.model import PageQuery
from processors.gateway.moments import Moment, ms_of
from processors.gateway.problems import BAD_CURSOR, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.tenants import owned

LAG = "Orderbus-Log-Lag"
NO_LOG = (
    "This gateway has no log to ask: set ORDERBUS_LOG_URL for it and for the "
    "projector, and run one, `bus run projector`."
)
UNUSABLE = (
    "The log cannot be used as it is: `bus log status` says why. Its tables are made "
    "by `bus run projector`; ORDERBUS_LOG_URL says where."
)
_VERSION = 1
_MOST_US = 2**62
_EPOCH = datetime.fromtimestamp(0, UTC)
ListedT = TypeVar("ListedT", bound=Listed)
RowT = TypeVar("RowT", bound=BaseModel)


class Consulted(NamedTuple):
    """The log, and the headers of an answer that comes from it."""

    log: Log
    headers: Mapping[str, str]


@asynccontextmanager
async def consulted(asked: Asked) -> AsyncIterator[Consulted]:
    """The log, to be asked within the block.

    Raises:
        ProblemError: there is none, or it cannot be used.
    """
    try:
        log = await asked.api.log()
        if log is None:
            raise ProblemError(UNAVAILABLE, NO_LOG, headers=RETRY_AFTER)
        # Looked at before the question: what is answered is no older than this.
        read_to_us = await log.read_to_us()
        yield Consulted(log, {LAG: lag_of(read_to_us, now_us(asked))})
    except ConfigurationError:
        raise ProblemError(UNAVAILABLE, UNUSABLE, headers=RETRY_AFTER) from None


def lag_of(read_to_us: int | None, at_us: int) -> str:
    """Seconds that the log is behind; `unknown` before its first look."""
    if not read_to_us:
        return "unknown"
    return f"{max(0, at_us - read_to_us) / 1e6:.1f}"


def now_us(asked: Asked) -> int:
    """The time of the question."""
    return int(asked.api.world.clock.now() * 1e6)


async def scope_of(asked: Asked) -> Scope:
    """What whoever asks may see: the ids of its subscriptions, None for all."""
    if not asked.by.tenant:
        return None
    world = asked.api.world
    await world.table.ready()
    return frozenset(one.id for one in owned(world, asked.by))


def moment_of(us: int) -> str:
    """A time of the log as text; one beyond all calendars as the nearest there is."""
    try:
        return rfc3339(_EPOCH + timedelta(microseconds=us))
    except OverflowError:
        return rfc3339(EARLIEST if us < 0 else LATEST)


class SpanQuery(PageQuery):
    """A page of what happened within a span of time."""

    since: Moment | None = None
    until: Moment | None = None


class Span(NamedTuple):
    """A span of time, and which page of what happened in it.

    `2h` is two hours before the first page was asked for, on all pages: so a cursor
    carries the span that it belongs to.
    """

    since_us: int | None
    until_us: int | None
    paging: Paging


def span_of(asked: Asked, query: SpanQuery) -> Span:
    """What a query asks for.

    Raises:
        ProblemError: the cursor is none of this list, or a time is none.
    """
    if query.cursor:
        return _read(query)
    since, until = (
        ms_of(asked, query.since, "since"),
        ms_of(asked, query.until, "until"),
    )
    return Span(_us(since), _us(until), Paging(query.limit))


def turned(
    page: questions.Page[ListedT],
    shown: Callable[[ListedT], RowT],
    span: Span | None = None,
    query: SpanQuery | None = None,
) -> Mapping[str, object]:
    """A page of the log as the fields of a page of the API."""

    def cursor(inner: str) -> str | None:
        if not inner or span is None or query is None:
            return inner or None
        return _written(span, query, inner)

    return {
        "data": [shown(row) for row in page.rows],
        "next": cursor(page.next),
        "previous": cursor(page.previous),
    }


def _us(ms: int | None) -> int | None:
    return None if ms is None else ms * 1000


def _said(query: SpanQuery) -> str:
    return f"{query.since or ''} {query.until or ''}"


def _written(span: Span, query: SpanQuery, inner: str) -> str:
    said = [_VERSION, span.since_us, span.until_us, _said(query), inner]
    text = json.dumps(said, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read(query: SpanQuery) -> Span:
    padded = query.cursor + "=" * (-len(query.cursor) % 4)
    try:
        parts = cast("object", json.loads(base64.urlsafe_b64decode(padded)))
    except (binascii.Error, ValueError, RecursionError):
        raise ProblemError(BAD_CURSOR) from None
    match parts:
        case [version, since, until, said, str(inner)] if (
            version == _VERSION
            and _is_time(since)
            and _is_time(until)
            and said == _said(query)
            and inner
        ):
            return Span(since, until, Paging(query.limit, inner))
        case _:
            raise ProblemError(BAD_CURSOR)


def _is_time(value: object) -> TypeGuard[int | None]:
    return value is None or (type(value) is int and 0 <= value < _MOST_US)
