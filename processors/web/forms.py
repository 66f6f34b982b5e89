"""Forms: from our own pages alone, and what they say as a model."""

import hmac
from collections.abc import Mapping
from typing import get_origin
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from pydantic import BaseModel, ValidationError

from processors.gateway.failures import faults_of
from processors.gateway.problems import (
    BAD_REQUEST,
    INVALID,
    NOT_ALLOWED,
    UNSUPPORTED,
    ProblemError,
)
from processors.gateway.routes import Route

_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 200
_CSRF = "csrf"


def check_origin(request: web.BaseRequest) -> None:
    """Raise unless a form was sent from one of our own pages.

    Browsers say so in `Sec-Fetch-Site`; older ones in `Origin` alone.

    Raises:
        ProblemError: it was sent from elsewhere, or nobody knows from where.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "")
    if site is None:
        ours = bool(origin) and _host_of(origin) == request.host
    else:
        ours = site == "same-origin"
    if not ours:
        raise ProblemError(NOT_ALLOWED, "This was not sent from a page of ours.")


def _host_of(origin: str) -> str:
    """The host and port of an origin; empty if it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def read_form(
    request: web.BaseRequest, route: Route, text: bytes, csrf: str
) -> BaseModel | None:
    """What a form says; `csrf` is what has to stand in it, empty: nothing.

    Raises:
        ProblemError: it is no form of this session, or not what the row says.
    """
    check_origin(request)
    if request.content_type != _TYPE:
        raise ProblemError(UNSUPPORTED, "Send a form.")
    given = _fields(text)
    token = "".join(given.pop(_CSRF, []))
    if csrf and not hmac.compare_digest(token.encode(), csrf.encode()):
        raise ProblemError(
            NOT_ALLOWED,
            "This form belongs to another session: go back, load the page again.",
        )
    return None if route.body is None else _as_model(route.body, given)


def _fields(text: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(
            text.decode(),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise ProblemError(BAD_REQUEST, "The form cannot be read.") from None


def _as_model(model: type[BaseModel], given: Mapping[str, list[str]]) -> BaseModel:
    fields = model.model_fields
    several = {n for n, f in fields.items() if get_origin(f.annotation) is tuple}
    values: dict[str, object] = {
        name: tuple(said) if name in several else said[-1]
        for name, said in given.items()
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ProblemError(
            INVALID,
            "The form is not what was expected.",
            errors=faults_of(error, model),
        ) from None
