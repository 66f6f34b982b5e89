"""Reading requests: what is sent has to be what the row says, before anybody acts."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import get_origin

from aiohttp import HttpVersion11, web
from pydantic import BaseModel, ValidationError

from bus.contracts.catalogue import Catalogue
from bus.contracts.jsontext import read_json
from bus.errors import BadCursorError, DecodeError
from bus.webhook.accepting import MediaRange, elements, most_wanted, read_range
from processors.gateway.failures import faults_of
from processors.gateway.problems import (
    BAD_REQUEST,
    INVALID,
    NOT_ACCEPTABLE,
    TOO_LARGE,
    UNCONDITIONAL,
    UNSUPPORTED,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Route
from processors.live.positions import Stand
from processors.live.positions import read as read_positions

KEY_PATTERN = r"[!#-~]{1,255}"
"""An Idempotency-Key without its quotes."""
VERSION_PATTERN = r'\*|"[0-9a-f]{1,64}"'
"""An ETag of ours, or any."""
ANY = "*"
_MOST_DEPTH = 64
_MOST_ACCEPT = 1_000
"""Of a longer header the beginning counts: quotes that never end cost their square."""
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_MOST_VALUES = 500_000
"""8 MiB of events have fewer; of `{}` they would be millions, and seconds of work."""


def read_query(request: web.BaseRequest, route: Route) -> BaseModel:
    """The parameters behind the question mark.

    Raises:
        ProblemError: one is unknown, given twice, or not what it may be.
    """
    if not request.rel_url.raw_query_string:
        return _without(route.query)
    given, several = request.rel_url.query, _several(route.query)
    twice = sorted({name for name in given if len(given.getall(name)) > 1} - several)
    if twice:
        faults = [Fault(parameter=name, detail="is given twice") for name in twice]
        raise ProblemError(BAD_REQUEST, "A parameter is given twice.", errors=faults)
    lists = {name: tuple(given.getall(name)) for name in several & {*given}}
    return _fitted(route.query, {**given, **lists})


def _fitted(query: type[BaseModel], given: Mapping[str, object]) -> BaseModel:
    try:
        return query.model_validate(given)
    except ValidationError as error:
        faults = list(faults_of(error, query, parameters=True))
        detail = "A parameter is not what it may be."
        raise ProblemError(BAD_REQUEST, detail, errors=faults) from None


@cache
def _without(query: type[BaseModel]) -> BaseModel:
    """The same for all who give none."""
    return _fitted(query, {})


@cache
def _several(query: type[BaseModel]) -> frozenset[str]:
    """The parameters that may be given more than once."""
    fields = query.model_fields.items()
    return frozenset(n for n, field in fields if get_origin(field.annotation) is tuple)


async def read_body(
    request: web.BaseRequest, most: int, take: Callable[[int], None]
) -> bytes:
    """The bytes of the body; empty if there is none. `take` hears of each that comes.

    Raises:
        ProblemError: it is too large, compressed, or breaks off; or `take` refuses.
    """
    encodings = {one.lower() for one in request.headers.getall("Content-Encoding", ())}
    if encodings - {"identity"}:
        raise ProblemError(UNSUPPORTED, "Send the body as it is, not compressed.")
    if (request.content_length or 0) > most:
        raise _too_large(most)
    await _ask_for_it(request)
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            if len(body) + len(chunk) > most:
                raise _too_large(most)
            take(len(chunk))
            body += chunk
    except (web.RequestPayloadError, OSError):  # or the client has left
        raise ProblemError(BAD_REQUEST, "The body breaks off.") from None
    return bytes(body)


async def _ask_for_it(request: web.BaseRequest) -> None:
    """Tell a client that waits with its body to send it (RFC 9110, 10.1.1).

    Raises:
        ProblemError: it expects something else.
    """
    expected = request.headers.get("Expect", "").lower()
    if not expected or request.version < HttpVersion11:
        return
    if expected != "100-continue":
        fault = Fault(parameter="Expect", detail="expected 100-continue, or nothing")
        raise ProblemError(BAD_REQUEST, "A header is refused.", errors=[fault])
    if request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def read_quickly(
    request: web.BaseRequest, route: Route, text: bytes, catalogue: Catalogue
) -> BaseModel | None:
    """A body that its row reads sooner; None: `parse_body` is to read it.

    Raises:
        ProblemError: it has another form than JSON.
    """
    if route.quick is None:
        return None
    _check_form(request, text)
    return route.quick(text, catalogue)


def _check_form(request: web.BaseRequest, text: bytes) -> None:
    if request.content_type != "application/json":
        raise ProblemError(UNSUPPORTED)
    charset = request.charset or "utf-8"
    if charset.lower() not in _CHARSETS:
        why = "JSON is UTF-8: send it so, and without another charset."
        raise ProblemError(UNSUPPORTED, why)
    if sum(map(text.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise ProblemError(
            BAD_REQUEST, f"The body has more than {_MOST_VALUES:,} values."
        )


def parse_body(request: web.BaseRequest, route: Route, text: bytes) -> BaseModel | None:
    """The body as the row's model.

    Numbers with a point come as `Decimal` where a model takes any value.

    Raises:
        ProblemError: it is no JSON, or not what the model says; with all of it.
    """
    if route.body is None:
        return None
    if not text and route.optional_body:
        return route.body()
    _check_form(request, text)
    try:
        value = read_json(text)
    except DecodeError as error:
        raise ProblemError(BAD_REQUEST, f"The body is refused: {error}.") from None
    if _depth(value) > _MOST_DEPTH:
        raise ProblemError(BAD_REQUEST, "The body is nested too deeply.")
    try:
        return route.body.model_validate(value)
    except ValidationError as error:
        raise ProblemError(
            INVALID,
            "The body is not what was expected.",
            errors=faults_of(error, route.body),
        ) from None


def read_version(request: web.BaseRequest, route: Route) -> str:
    """The version that the ETag in `If-Match` names; `*` is any.

    Raises:
        ProblemError: the row needs one.
    """
    if route.if_match == "none":
        return ANY
    given = _single(request, "If-Match")
    if route.if_match == "may" and given is None:
        return ANY
    version = (given or "").strip()
    if route.if_match == "must" and not version:
        raise ProblemError(UNCONDITIONAL)
    if not re.fullmatch(VERSION_PATTERN, version):
        fault = Fault(parameter="If-Match", detail="expected an ETag of ours, or *")
        raise ProblemError(BAD_REQUEST, "A header is refused.", errors=[fault])
    return version.strip('"')


def read_key(request: web.BaseRequest, route: Route) -> str:
    """The Idempotency-Key, in quotes (as the draft has it) or without.

    Raises:
        ProblemError: it is none.
    """
    if not route.idempotent:
        return ""
    given = _single(request, "Idempotency-Key")
    if given is None:
        return ""
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not re.fullmatch(KEY_PATTERN, key, re.ASCII):
        fault = Fault(
            parameter="Idempotency-Key",
            detail="expected 1 to 255 visible ASCII characters, a UUID for example",
        )
        raise ProblemError(BAD_REQUEST, "A header is refused.", errors=[fault])
    return key


def read_last_id(request: web.BaseRequest, route: Route) -> Stand | None:
    """Where a stream that broke off was; None if it begins.

    Raises:
        ProblemError: it is no id that a stream gave out.
    """
    given = request.headers.getall("Last-Event-ID", ())
    if not given or not route.streams:
        return None
    try:
        return read_positions(",".join(given).strip())  # of several, it is none
    except BadCursorError:
        fault = Fault(
            parameter="Last-Event-ID",
            detail="expected the last id of a stream, or none: it begins now then",
        )
        raise ProblemError(
            BAD_REQUEST, "A header is refused.", errors=[fault]
        ) from None


def _single(request: web.BaseRequest, name: str) -> str | None:
    """What a header says; of two that contradict each other neither counts."""
    given = request.headers.getall(name, ())
    if len(given) > 1:
        fault = Fault(parameter=name, detail="is given twice")
        raise ProblemError(BAD_REQUEST, "A header is refused.", errors=[fault])
    return given[0] if given else None


def accepted(request: web.BaseRequest, route: Route) -> str:
    """The media type that is wanted most of those the row can answer with.

    What is no media range is passed over, as are parameters: clients send both.

    Raises:
        ProblemError: none of them.
    """
    header = ",".join(request.headers.getall("Accept", []))[:_MOST_ACCEPT]
    ranges = list(_ranges(header))
    found = most_wanted(ranges, route.media_types) if header else route.media_types[0]
    if found is None:
        offer = ", ".join(route.media_types)
        fault = Fault(parameter="Accept", detail=f"expected one of: {offer}")
        why = f"The answer can be: {offer}."
        vary = {"Vary": "Accept"}
        raise ProblemError(NOT_ACCEPTABLE, why, errors=[fault], headers=vary)
    return found


def _ranges(header: str) -> Iterator[MediaRange]:
    for part in elements(header):
        with suppress(ValueError):
            yield read_range(part)._replace(parameters=())


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        TOO_LARGE,
        f"A body may have {most} bytes.",
        headers={"Connection": "close"},
    )


def _depth(value: object) -> int:
    """How deep lists and objects stand in each other; stops where it is too much."""
    depth, level = 0, [value]
    while level and depth <= _MOST_DEPTH:
        depth += 1
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner += item.values()
            elif isinstance(item, list):
                inner += item
        level = inner
    return depth
