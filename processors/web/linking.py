"""Signing in by a link: a form that its token is put into, exchanged once.

The token stands behind `#` of the address: no browser sends that, so no log of a
server or proxy has it, no Referer, and whatever only loads a link uses nothing up. A
script moves it into the form; without one, whoever has the link puts it there.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bus.errors import NotAuthenticatedError
from processors.access.links import use_link
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply
from processors.web.cookies import written
from processors.web.drawing import Drawing
from processors.web.entrance import inside
from processors.web.sessions import Sessions
from processors.web.signing import NEXT, SEE_OTHER, cookie_name

_REFUSED = 401


class LinkQuery(Model):
    """Where to go on afterwards."""

    next: Annotated[str, NEXT] = ""


class LinkForm(Model):
    """A link, or what stands behind its `#`; never in a URL."""

    link: Annotated[str, Field(max_length=3000, repr=False)]
    next: Annotated[str, NEXT] = ""


@dataclass(frozen=True, slots=True)
class LinkView:
    """The form, and why what was sent before is none."""

    next: str
    why: str = ""


class Linking:
    """The page and the step of it."""

    def __init__(self, sessions: Sessions, drawing: Drawing) -> None:
        self._sessions = sessions
        self._drawing = drawing

    async def form(self, asked: Asked) -> Reply:
        """Wait for the link; asking for the page uses nothing up."""
        view = LinkView(asked.query_as(LinkQuery).next)
        return self._drawing.reply("link.html.j2", view, asked)

    async def exchange(self, asked: Asked) -> Reply:
        """A session for a link: this once, at whichever gateway."""
        given = asked.body_as(LinkForm)
        token = given.link.strip().rpartition("#")[2]
        keys, most_s = self._sessions.keys, self._sessions.most_s
        try:
            made = await use_link(keys, token, asked.address, most_s)
        except NotAuthenticatedError as error:
            why = str(error)
            view = LinkView(given.next, f"{why[:1].upper()}{why[1:]}.")
            drawn = self._drawing.reply("link.html.j2", view, asked)
            return Reply(
                content=drawn.content,
                status=_REFUSED,
                media_type=drawn.media_type,
                headers=drawn.headers,
            )
        cookie = self._sessions.begin_with(made.key, made.token)
        headers = {
            **self._drawing.headers,
            "Location": inside(given.next),
            "Set-Cookie": written(cookie_name(asked), cookie),
        }
        return Reply(content=b"", status=SEE_OTHER, headers=headers)
