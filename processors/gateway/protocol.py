"""What the API says of requests that are no HTTP: a problem document."""

import secrets

from aiohttp import web

from processors.entry.connections import Fault, Lines
from processors.gateway.answers import refused
from processors.gateway.problems import (
    BAD_REQUEST,
    INTERNAL,
    LONG_HEADERS,
    ProblemError,
)

_METHODS = (
    "The method is none that HTTP knows; the API has GET, HEAD, POST, PUT, PATCH and"
    " DELETE."
)
__all__ = ["Lines", "refuse"]


def refuse(fault: Fault, lines: Lines) -> web.Response:
    """The answer to what was no request."""
    if fault is Fault.BROKEN:
        problem = ProblemError(INTERNAL)
    elif fault is Fault.LONG:
        most = f"A line may have {lines.line_bytes} bytes, a request "
        problem = ProblemError(LONG_HEADERS, f"{most}{lines.headers} headers.")
    elif fault is Fault.METHOD:
        problem = ProblemError(BAD_REQUEST, _METHODS)
    else:
        problem = ProblemError(BAD_REQUEST, "This is no HTTP request.")
    request_id = secrets.token_hex(16)
    done = refused(problem, request_id)
    headers = {**done.headers, "X-Request-Id": request_id}
    return web.Response(status=done.status, body=done.body, headers=headers)
