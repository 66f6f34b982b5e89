"""Pages as answers: drawn, with the headers that keep a browser strict."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bus.access.roles import Principal
from processors.gateway.answers import Answered
from processors.gateway.routes import Asked, Reply, Session
from processors.gateway.visit import Visit
from processors.web.branding.brand import Worn
from processors.web.cookies import written
from processors.web.frame import Frame
from processors.web.pages import Page
from processors.web.rendering import HTML, Renderer
from processors.web.sessions import Sessions


def policy(ancestors: str = "'none'") -> str:
    """The content security policy of pages; nothing in it is unsafe."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {ancestors}"
    )


class Drawing:
    """Draws pages for whoever looks at them."""

    def __init__(
        self,
        renderer: Renderer,
        sessions: Sessions,
        pages: Sequence[Page],
        ancestors: Sequence[str] = (),
        brand: Worn | None = None,
    ) -> None:
        self._brand = brand or Worn()
        self._renderer = renderer
        self._ancestors = " ".join(ancestors)
        self._sessions = sessions
        self._pages = pages
        self.headers: Mapping[str, str] = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy(),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            # Not `no-referrer`: with it browsers do not say where a form comes from.
            "Referrer-Policy": "same-origin",
            "Server": "Orderbus",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    def reply(
        self, template: str, view: object, asked: Asked, *, live: bool = False
    ) -> Reply:
        """A page for who asks for it."""
        content = self.drawn(template, view, asked, live=live)
        headers = self._headers(asked.principal)
        headers |= self._renewed(asked.principal, asked.session)
        return Reply(content=content, media_type=HTML, headers=headers)

    def drawn(
        self, template: str, view: object, asked: Asked, *, live: bool = False
    ) -> bytes:
        """The page itself."""
        frame = Frame.of(asked.principal, asked.session, self._pages, self._brand)
        if live:
            frame = replace(frame, live=frame.here.replace("/ui", "/ui/live", 1))
        return self._renderer.page(template, view, frame)

    def answered(self, template: str, view: object, visit: Visit) -> Answered:
        """A page instead of the one that was asked for."""
        frame = Frame.of(visit.principal, visit.session, self._pages, self._brand)
        content = self._renderer.page(template, view, frame)
        headers = {**self._headers(visit.principal), "Content-Type": HTML}
        return Answered(0, content, headers)

    @property
    def framed(self) -> bool:
        """Whether there are pages of others that may show ours."""
        return bool(self._ancestors)

    def _headers(self, principal: Principal | None) -> dict[str, str]:
        """Those of a page; what operators see is never in a frame."""
        headers = dict(self.headers)
        if self.framed and (principal is None or principal.tenant):
            headers["Content-Security-Policy"] = policy(self._ancestors)
            # It knows no origins, and browsers that know the policy skip it.
            del headers["X-Frame-Options"]
        return headers

    def _renewed(
        self, principal: Principal | None, session: Session | None
    ) -> Mapping[str, str]:
        """The cookie anew where it is due: its notice was told, or it grows old."""
        if principal is None or session is None:
            return {}
        name, _, value = session.cookie.partition("=")
        renewed = self._sessions.renewed(self._sessions.opened(value))
        return {} if renewed is None else {"Set-Cookie": written(name, renewed)}
