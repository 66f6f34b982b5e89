"""Live pages as routes: the address of a page, its stream below `/ui/live`."""

from processors.gateway.problems import UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.web.broadcast import Broadcasts, LivePage
from processors.web.drawing import Drawing
from processors.web.pages import Page

PREFIX = "/ui/live"
_SSE = "text/event-stream"


def live_route(page: Page, drawing: Drawing, broadcasts: Broadcasts) -> Route:
    """The stream of a page that is live."""

    async def draw(asked: Asked) -> bytes:
        return drawing.drawn(page.template, await page.view(asked), asked)

    async def handler(asked: Asked) -> Reply:
        live = asked.api.live
        if live.closing:
            raise ProblemError(UNAVAILABLE, "It is about to stop; come again.")
        give_back = asked.api.streams.take(asked.by.key_id, asked.by.tenant)
        stream = LivePage(asked, _key(page, asked), broadcasts, draw, page.made_of)
        stream.hold(give_back)
        try:
            await live.join(())
        except BaseException:
            stream.close()
            raise
        headers = {**drawing.headers, "X-Accel-Buffering": "no"}
        return Reply(content=stream, media_type=_SSE, headers=headers)

    return Route(
        method="GET",
        path=f"{PREFIX}{page.path}",
        operation=f"ui:live:{page.name}",
        summary=f"{page.name}, live",
        tag="Dashboard",
        scope=page.scope,
        handler=handler,
        query=page.query,
        media_types=(_SSE,),
        tenants=page.tenants,
        streams=True,
        hidden=True,
    )


def _key(page: Page, asked: Asked) -> str:
    """Who looks at the same with the same eyes shares what is drawn."""
    said = (page.name, dict(asked.path), asked.query.model_dump_json())
    return repr((said, asked.by.tenant, asked.by.role))
