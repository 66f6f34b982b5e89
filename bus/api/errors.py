"""What the API refuses, as exceptions; none of them ever holds a key.

A problem document (RFC 9457) becomes the error of its status. `except ApiError` catches
all of them.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from bus.errors import OrderbusError

_ELSEWHERE, _BROKEN = 300, 500


class Fault(NamedTuple):
    """One thing that is wrong: where (a JSON pointer or a parameter), and why."""

    where: str
    detail: str


class ApiError(OrderbusError):
    """The API did not do what it was asked for.

    Attributes:
        status: Of HTTP; 0: there was no answer.
        type: Which kind of problem, `/docs#problem-…` of the API.
        title: The kind in a few words.
        detail: What is wrong here, and what to do.
        errors: All that is wrong, one by one.
        request_id: Names the request in the log of the gateway.
        retry_after_s: How long it asks to wait before another try, if it says.
    """

    status: int = 0
    type: str = ""
    title: str = ""
    detail: str = ""
    errors: Sequence[Fault] = ()
    request_id: str = ""
    retry_after_s: float | None = None


class UnreachableError(ApiError):
    """There was no answer: no connection, or none in time."""


class BadRequestError(ApiError):
    """400: a parameter, a header or a cursor is not what the route takes."""


class UnauthorizedError(ApiError):
    """401: no key, or one that is mistyped, expired or revoked."""


class NotAllowedError(ApiError):
    """403: the role of the key may not do this."""


class NotFoundError(ApiError):
    """404: there is no such thing, for this key."""


class ConflictError(ApiError):
    """409: right in itself, but not as things stand."""


class ChangedError(ApiError):
    """412: somebody changed it meanwhile; read it again."""


class InvalidError(ApiError):
    """422: the body is not what was expected; see `errors`."""


class TooManyRequestsError(ApiError):
    """429: see `retry_after_s`."""


class UnavailableError(ApiError):
    """502, 503, 504: something the API needs gives no answer; trying again may help."""


BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    412: ChangedError,
    422: InvalidError,
    429: TooManyRequestsError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def refusal(
    status: int, body: bytes, headers: Mapping[str, str], wait_s: float | None
) -> ApiError:
    """The error that an answer is; what is no problem document says its status."""
    said = _document(body)
    title = _text(said, "title") or _phrase(status)
    detail = _text(said, "detail") or _guess(status, headers)
    request_id = _text(said, "request_id")
    faults = tuple(_faults(said.get("errors")))
    lines = [f"{status} {title}: {detail}".removesuffix(": ")]
    lines += [f"  {fault.where}: {fault.detail}" for fault in faults]
    if status >= _BROKEN and request_id:
        lines.append(f"  request {request_id}")
    error = BY_STATUS.get(status, ApiError)("\n".join(lines))
    error.status, error.type, error.title = status, _text(said, "type"), title
    error.detail, error.errors, error.request_id = detail, faults, request_id
    error.retry_after_s = wait_s
    return error


def lost(where: str, why: str) -> UnreachableError:
    """The error of a request that got no answer."""
    error = UnreachableError(f"{where} gives no answer: {why}")
    error.title, error.detail = "There was no answer", why
    return error


def kind_of(body: bytes) -> str:
    """The last word of a problem's type, `in-progress`; empty for what is none."""
    return _text(_document(body), "type").rpartition("#problem-")[2]


def _document(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name, "")
    return value if isinstance(value, str) else ""


def _faults(given: object) -> Sequence[Fault]:
    rows = given if isinstance(given, list) else []
    return [
        Fault(_text(row, "pointer") or _text(row, "parameter"), _text(row, "detail"))
        for row in rows
        if isinstance(row, dict)
    ]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "No status of HTTP"


def _guess(status: int, headers: Mapping[str, str]) -> str:
    if _ELSEWHERE <= status < min(BY_STATUS):
        to = headers.get("location", "somewhere else").partition("?")[0]
        return f"the address leads to {to}; give the one it ends at"
    return "" if status >= _BROKEN else "is this the address of a gateway?"
