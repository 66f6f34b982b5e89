"""The dashboard, put together: rows of pages and acts as routes of the gateway."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from bus.errors import OrderbusError
from processors.access.links import PAGE as LINK
from processors.access.world import KeysWorld
from processors.gateway.entrance import Entrance
from processors.gateway.failures import problem_of
from processors.gateway.model import Model, NoQuery
from processors.gateway.problems import INTERNAL, NOT_FOUND, ProblemError
from processors.gateway.routes import Asked, Handler, Reply, Route
from processors.web.assets import Assets, load_assets
from processors.web.branding.brand import Brand
from processors.web.broadcast import Broadcasts
from processors.web.cookies import written
from processors.web.drawing import Drawing
from processors.web.editing import why_not
from processors.web.entrance import HOME, SIGN_IN, PageEntrance
from processors.web.frame import BAD, GOOD
from processors.web.linking import LinkForm, Linking, LinkQuery
from processors.web.live import live_route
from processors.web.pages import Act, Again, Done, File, Page
from processors.web.rendering import Renderer
from processors.web.sessions import Lifetimes, Sessions
from processors.web.signing import SignIn, Signing, SignInQuery
from processors.web.table import ACTS, FILES, PAGES

_TAG = "Dashboard"
_SEE_OTHER = 303
_MEDIA = (
    *("text/html", "text/css", "text/javascript", "text/plain"),
    *("image/svg+xml", "image/png", "image/jpeg", "image/webp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What surrounds the pages.

    `trace_url` is where a trace is to be seen, `{trace_id}` in it; `ancestors` are
    origins whose pages may frame ours; `brand` is how partners see them.
    """

    trace_url: str = ""
    ancestors: Sequence[str] = ()
    brand: Brand = field(default_factory=Brand)


@dataclass(frozen=True, slots=True)
class Site:
    """What the gateway serves beside the API, and the way in."""

    routes: Sequence[Route]
    entrance: Entrance
    assets: Assets
    compile: Callable[[], None]


def make_site(
    keys: KeysWorld,
    random_bytes: Callable[[int], bytes],
    lifetimes: Lifetimes,
    *,
    secure: bool,
    around: Around | None = None,
) -> Site:
    """Put it together; `secure`: browsers come by TLS, to us or to a proxy of ours."""
    around = around or Around()
    sessions = Sessions(keys, random_bytes, lifetimes)
    assets = around.brand.dressed(load_assets())
    renderer = Renderer(assets, PAGES, around.trace_url)
    worn = around.brand.worn(assets)
    drawing = Drawing(renderer, sessions, PAGES, around.ancestors, worn)
    signing, broadcasts = Signing(sessions, drawing), Broadcasts()
    routes = (
        *_signing(signing),
        *_linking(Linking(sessions, drawing)),
        _get("/ui", "uiRoot", _to_home),
        _get("/ui/static/{file}", "uiFile", assets.get),
        *(_page(page, drawing) for page in PAGES),
        *(live_route(page, drawing, broadcasts) for page in PAGES if page.live),
        *(_act(act, sessions, drawing) for act in ACTS),
        *(_file(one, drawing) for one in FILES),
    )
    entrance = PageEntrance(sessions, drawing, secure=secure)
    return Site(routes, entrance, assets, renderer.compile)


def _signing(signing: Signing) -> Sequence[Route]:
    return (
        Route(
            method="GET",
            path=SIGN_IN,
            operation="uiSignInForm",
            summary="Ask for a key.",
            tag=_TAG,
            scope=None,
            handler=signing.form,
            query=SignInQuery,
            media_types=_MEDIA,
            hidden=True,
        ),
        Route(
            method="POST",
            path=SIGN_IN,
            operation="uiSignIn",
            summary="Sign in.",
            tag=_TAG,
            scope=None,
            handler=signing.sign_in,
            body=SignIn,
            media_types=_MEDIA,
            hidden=True,
        ),
        Route(
            method="POST",
            path="/ui/sign-out",
            operation="uiSignOut",
            summary="Sign out.",
            tag=_TAG,
            scope=None,
            handler=signing.sign_out,
            media_types=_MEDIA,
            hidden=True,
        ),
    )


def _linking(linking: Linking) -> Sequence[Route]:
    return (
        _get(LINK, "uiLinkForm", linking.form, LinkQuery),
        Route(
            method="POST",
            path=LINK,
            operation="uiLink",
            summary="Sign in by a link.",
            tag=_TAG,
            scope=None,
            handler=linking.exchange,
            body=LinkForm,
            media_types=_MEDIA,
            hidden=True,
        ),
    )


def _get(path: str, name: str, handler: Handler, query: type[Model] = NoQuery) -> Route:
    return Route(
        method="GET",
        path=path,
        operation=name,
        summary=name,
        tag=_TAG,
        scope=None,
        handler=handler,
        query=query,
        media_types=_MEDIA,
        hidden=True,
    )


async def _to_home(asked: Asked) -> Reply:
    del asked
    return Reply(content=b"", status=_SEE_OTHER, headers={"Location": HOME})


def _page(page: Page, drawing: Drawing) -> Route:
    async def handler(asked: Asked) -> Reply:
        view = await page.view(asked)
        return drawing.reply(page.template, view, asked, live=page.live)

    return Route(
        method="GET",
        path=f"/ui{page.path}",
        operation=f"ui:{page.name}",
        summary=page.name,
        tag=_TAG,
        scope=page.scope,
        handler=handler,
        query=page.query,
        media_types=_MEDIA,
        tenants=page.tenants,
        hidden=True,
    )


def _file(file: File, drawing: Drawing) -> Route:
    async def handler(asked: Asked) -> Reply:
        given = await file.give(asked)
        return replace(given, headers={**drawing.headers, **given.headers})

    return Route(
        method="GET",
        path=f"/ui{file.path}",
        operation=f"ui:{file.name}",
        summary=file.name,
        tag=_TAG,
        scope=file.scope,
        handler=handler,
        query=file.query,
        media_types=(file.media_type,),
        tenants=True,
        hidden=True,
    )


def _act(act: Act, sessions: Sessions, drawing: Drawing) -> Route:
    async def handler(asked: Asked) -> Reply:
        done = await _done(act, asked)
        if isinstance(done, Again):
            drawn = drawing.reply(done.template, done.view, asked)
            return replace(drawn, status=done.status)
        headers = {**drawing.headers, "Location": done.to}
        if asked.session is not None:
            name, _, value = asked.session.cookie.partition("=")
            notice = f"{GOOD if done.good else BAD}{done.notice}"
            noted = sessions.noted(sessions.opened(value), notice)
            headers["Set-Cookie"] = written(name, noted)
        return Reply(content=b"", status=_SEE_OTHER, headers=headers)

    return Route(
        method="POST",
        path=f"/ui{act.path}",
        operation=f"ui:{act.name}",
        summary=act.name,
        tag=_TAG,
        scope=act.scope,
        handler=handler,
        body=act.form,
        media_types=_MEDIA,
        tenants=act.tenants,
        hidden=True,
    )


async def _done(act: Act, asked: Asked) -> Done | Again:
    """What came of it; what cannot be done is said on the page it came from."""
    try:
        return await act.do(asked)
    except (ProblemError, OrderbusError) as error:
        told = error if isinstance(error, ProblemError) else problem_of(error)
        if told.kind in {NOT_FOUND, INTERNAL}:
            raise
        names = {name: quote(value, safe="") for name, value in asked.path.items()}
        return Done(why_not(told), f"/ui{act.back.format(**names)}", good=False)
