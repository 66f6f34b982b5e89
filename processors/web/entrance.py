"""How people with a browser come in: a cookie, forms, and pages for problems."""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel

from bus.errors import NotAuthenticatedError
from processors.gateway.answers import Answered
from processors.gateway.entrance import Entered
from processors.gateway.problems import (
    NOT_AUTHENTICATED,
    NOT_FOUND,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Route, Session
from processors.gateway.visit import Visit
from processors.web.cookies import forgotten, name_for, value_in
from processors.web.drawing import Drawing
from processors.web.forms import read_form
from processors.web.sessions import Sessions

SIGN_IN = "/ui/sign-in"
HOME = "/ui/"
_NO_PAGE = (
    "There is no such page",
    "The address is mistyped, or was one of another version; the navigation has all.",
)
_SEE_OTHER, _NO_KEY = 303, 401
_INSIDE = re.compile(r"/ui/[!-~]{0,2000}")
_AGAIN = "HX-Request"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem as a page shows it."""

    status: int
    title: str
    detail: str
    faults: tuple[Fault, ...]
    request: str
    key: bool


class PageEntrance:
    """The way in to pages."""

    def __init__(self, sessions: Sessions, drawing: Drawing, *, secure: bool) -> None:
        self._sessions = sessions
        self._drawing = drawing
        self._secure = secure
        self._framed = drawing.framed

    def enter(self, request: web.BaseRequest) -> Entered:
        """Who has signed in.

        Raises:
            ProblemError: nobody.
        """
        guest = self.guest(request)
        cookie = guest.cookie.partition("=")[2]
        try:
            principal, held = self._sessions.read(cookie)
        except NotAuthenticatedError as error:
            raise ProblemError(NOT_AUTHENTICATED, str(error)) from None
        csrf = self._sessions.csrf(held)
        session = replace(guest, csrf=csrf, notice=held.notice)
        return Entered(principal, session)

    def guest(self, request: web.BaseRequest) -> Session:
        """Somebody who has not signed in, or not yet."""
        name = name_for(request.host, secure=self._secure, framed=self._framed)
        value = value_in(request.headers.get("Cookie", ""), name)
        return Session(
            csrf="", here=request.rel_url.raw_path_qs, cookie=f"{name}={value}"
        )

    def body(
        self,
        request: web.BaseRequest,
        route: Route,
        text: bytes,
        session: Session | None,
    ) -> BaseModel | None:
        """A form of ours."""
        if request.method in {"GET", "HEAD"}:
            return None
        return read_form(request, route, text, session.csrf if session else "")

    def refused(
        self, problem: ProblemError, request: web.BaseRequest, visit: Visit
    ) -> Answered:
        """The page to sign in at, or one that says what is wrong."""
        if problem.kind is NOT_AUTHENTICATED:
            return self._to_sign_in(request)
        if visit.session is None:
            with suppress(ProblemError):
                visit.principal, visit.session = self.enter(request)
        title, detail = problem.kind.title, problem.detail
        if problem.kind is NOT_FOUND and visit.route is None:
            title, detail = _NO_PAGE
        view = Refusal(
            problem.kind.status,
            title,
            detail,
            tuple(problem.errors),
            visit.id,
            visit.principal is not None,
        )
        drawn = self._drawing.answered("problem.html.j2", view, visit)
        return Answered(
            problem.kind.status, drawn.body, {**drawn.headers, **problem.headers}
        )

    def _to_sign_in(self, request: web.BaseRequest) -> Answered:
        """There, and back to this page afterwards; a cookie that ended is let go."""
        guest = self.guest(request)
        asked = guest.here if request.method == "GET" else HOME
        query = {"next": inside(asked)} if inside(asked) != HOME else {}
        name, _, value = guest.cookie.partition("=")
        if value:
            query["ended"] = "true"
        to = f"{SIGN_IN}?{urlencode(query)}" if query else SIGN_IN
        headers = {**self._drawing.headers, "Location": to}
        if value:
            headers["Set-Cookie"] = forgotten(name)
        if _AGAIN in request.headers:
            # A script asks for a part of a page: the whole page has to go there.
            return Answered(_NO_KEY, b"", {**headers, "HX-Redirect": to})
        return Answered(_SEE_OTHER, b"", headers)


def inside(path: str) -> str:
    """A page of ours to go on at; whatever else is the first one."""
    return path if _INSIDE.fullmatch(path) and "\\" not in path else HOME
