"""Who asks: with which key, and under which id."""

import re

from aiohttp import web

from bus.access.roles import Principal, Scope
from bus.errors import NotAuthenticatedError
from processors.entry.addresses import Proxies, address_of, network_of
from processors.gateway.api import Authenticate
from processors.gateway.problems import NOT_ALLOWED, NOT_AUTHENTICATED, ProblemError

__all__ = [
    "Proxies",
    "address_of",
    "check_scope",
    "network_of",
    "principal_of",
    "request_id_of",
]

_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def request_id_of(request: web.BaseRequest, made: str) -> str:
    """The id that the client gave its request, or the one that was made for it."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else made


def principal_of(request: web.BaseRequest, authenticate: Authenticate) -> Principal:
    """Whose key the request carries.

    Raises:
        ProblemError: it carries none, several, or one that is not known.
    """
    given = request.headers.getall("Authorization", ())
    if not given:
        raise ProblemError(NOT_AUTHENTICATED)
    match = _BEARER.fullmatch(given[0].strip()) if len(given) == 1 else None
    if match is None:
        raise ProblemError(
            NOT_AUTHENTICATED, "Send one header `Authorization: Bearer ob_…`."
        )
    try:
        return authenticate(match[1])
    except NotAuthenticatedError as error:
        raise ProblemError(NOT_AUTHENTICATED, _sentence(str(error))) from None


def check_scope(principal: Principal, scope: Scope) -> None:
    """Raise unless the key may do this.

    Raises:
        ProblemError: it may not; says which role lacks which scope.
    """
    if scope not in principal.scopes:
        raise ProblemError(
            NOT_ALLOWED,
            f"This needs the scope {scope.value}, which this {principal.role.value}"
            " key has not.",
        )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
