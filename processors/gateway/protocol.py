"""What the API says of requests that are no HTTP: a problem document."""

from aiohttp import web

from processors.entry.connections import Fault, Lines
from processors.gateway.answers import refused
from processors.gateway.problems import (
    BAD_REQUEST,
    INTERNAL,
    LONG_HEADERS,
    ProblemError,
)

__all__ = ["Lines", "refuse"]


def refuse(fault: Fault, lines: Lines) -> web.Response:
    """The answer to what was no request."""
    if fault is Fault.BROKEN:
        problem = ProblemError(INTERNAL)
    elif fault is Fault.LONG:
        most = f"A line may have {lines.line_bytes} bytes, a request "
        problem = ProblemError(LONG_HEADERS, f"{most}{lines.headers} headers.")
    else:
        problem = ProblemError(BAD_REQUEST, "This is no HTTP request.")
    done = refused(problem, "")
    return web.Response(status=done.status, body=done.body, headers=done.headers)
