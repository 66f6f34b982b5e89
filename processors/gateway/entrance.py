"""How requests come in, and how they are turned away: the API's way.

Pages come in through one of their own (`processors.web`): another proof of who asks,
forms for bodies, pages for problems. All else on the ladder is the same for both.
"""

from typing import NamedTuple, Protocol

from aiohttp import web
from pydantic import BaseModel

from bus.access.roles import Principal
from processors.gateway import reading
from processors.gateway.answers import Answered, refused
from processors.gateway.api import Authenticate
from processors.gateway.callers import principal_of
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Route, Session
from processors.gateway.visit import Visit

PAGES = "/ui"
"""Where pages are; all below comes in by their way."""


def is_page(request: web.BaseRequest) -> bool:
    """Whether it asks for a page."""
    path = request.rel_url.raw_path
    return path == PAGES or path.startswith(f"{PAGES}/")


class Entered(NamedTuple):
    """Who asks, and with which session."""

    principal: Principal
    session: Session | None = None


class Entrance(Protocol):
    """What differs between a program that asks and a person with a browser."""

    def enter(self, request: web.BaseRequest) -> Entered:
        """Who asks; raises `ProblemError` where that is not known."""
        ...

    def guest(self, request: web.BaseRequest) -> Session | None:
        """What somebody brings along to a route that is open to everybody."""
        ...

    def body(
        self,
        request: web.BaseRequest,
        route: Route,
        text: bytes,
        session: Session | None,
    ) -> BaseModel | None:
        """The body as the row's model; raises `ProblemError` where it is not."""
        ...

    def refused(
        self, problem: ProblemError, request: web.BaseRequest, visit: Visit
    ) -> Answered:
        """A problem as an answer."""
        ...


class ApiEntrance:
    """Keys in headers, JSON, problem documents."""

    def __init__(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate

    def enter(self, request: web.BaseRequest) -> Entered:
        """Whose key it carries."""
        return Entered(principal_of(request, self._authenticate))

    def guest(self, request: web.BaseRequest) -> Session | None:
        """Nothing."""
        del request
        return None

    def body(
        self,
        request: web.BaseRequest,
        route: Route,
        text: bytes,
        session: Session | None,
    ) -> BaseModel | None:
        """JSON."""
        del session
        return reading.parse_body(request, route, text)

    def refused(
        self, problem: ProblemError, request: web.BaseRequest, visit: Visit
    ) -> Answered:
        """A problem document."""
        del request
        return refused(problem, visit.id)
