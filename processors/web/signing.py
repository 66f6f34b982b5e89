"""Signing in with a key, and out again."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bus.errors import NotAuthenticatedError
from processors.gateway.model import Flag, Model
from processors.gateway.routes import Asked, Reply
from processors.web.cookies import forgotten, written
from processors.web.drawing import Drawing
from processors.web.entrance import SIGN_IN, inside
from processors.web.sessions import ENDED, Sessions

SEE_OTHER, _REFUSED = 303, 401
NEXT = Field(max_length=2100, pattern=r"^[!-~]*$")


class SignInQuery(Model):
    """Where to go on afterwards, and whether a session has ended."""

    next: Annotated[str, NEXT] = ""
    ended: Flag = False


class SignIn(Model):
    """A key, never in a URL."""

    key: Annotated[str, Field(max_length=500, repr=False)]
    next: Annotated[str, NEXT] = ""


@dataclass(frozen=True, slots=True)
class SignInView:
    """The form, and what was wrong with what was typed before."""

    next: str
    why: str


class Signing:
    """The pages and steps of it."""

    def __init__(self, sessions: Sessions, drawing: Drawing) -> None:
        self._sessions = sessions
        self._drawing = drawing

    async def form(self, asked: Asked) -> Reply:
        """Ask for a key."""
        query = asked.query_as(SignInQuery)
        return self._form(asked, query.next, ENDED if query.ended else "")

    async def sign_in(self, asked: Asked) -> Reply:
        """Begin a session of whoever holds this key."""
        given = asked.body_as(SignIn)
        token = given.key.strip()
        try:
            principal = asked.api.authenticate(token)
        except NotAuthenticatedError as error:
            why = str(error)
            drawn = self._form(asked, given.next, f"{why[:1].upper()}{why[1:]}.")
            return Reply(
                content=drawn.content,
                status=_REFUSED,
                media_type=drawn.media_type,
                headers=drawn.headers,
            )
        cookie = self._sessions.begin(token, principal)
        headers = {"Set-Cookie": written(cookie_name(asked), cookie)}
        return self._on(inside(given.next), headers)

    async def sign_out(self, asked: Asked) -> Reply:
        """End it."""
        return self._on(SIGN_IN, {"Set-Cookie": forgotten(cookie_name(asked))})

    def _form(self, asked: Asked, to: str, why: str) -> Reply:
        view = SignInView(to, why)
        return self._drawing.reply("sign_in.html.j2", view, asked)

    def _on(self, to: str, headers: dict[str, str]) -> Reply:
        headers = {**self._drawing.headers, "Location": to, **headers}
        return Reply(content=b"", status=SEE_OTHER, headers=headers)


def cookie_name(asked: Asked) -> str:
    """The name of the cookie, where the page was asked for."""
    if asked.session is None:
        raise TypeError("pages know where they were asked for")
    return asked.session.cookie.partition("=")[0]
