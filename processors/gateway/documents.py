"""The routes that are open to everybody: what the API says of itself."""

from processors.gateway.answers import PAGE_POLICY, etag_of
from processors.gateway.routes import JSON, Asked, Reply, Route

_TAG = "The API itself"
_CACHED = {"Cache-Control": "no-cache"}


async def get_openapi(asked: Asked) -> Reply:
    """The OpenAPI document."""
    return _told(asked.api.papers().openapi)


async def get_asyncapi(asked: Asked) -> Reply:
    """The AsyncAPI document."""
    return _told(asked.api.papers().asyncapi)


def _told(document: bytes) -> Reply:
    return Reply(content=document, etag=etag_of(document), headers=_CACHED)


async def get_page(asked: Asked) -> Reply:
    """The same, to be read by people."""
    return Reply(
        content=asked.api.papers().page,
        media_type="text/html; charset=utf-8",
        headers=_CACHED | {"Content-Security-Policy": PAGE_POLICY},
    )


async def get_style(asked: Asked) -> Reply:
    """How the page looks."""
    return Reply(
        content=asked.api.papers().style,
        media_type="text/css; charset=utf-8",
        headers=_CACHED,
    )


ROUTES = (
    Route(
        method="GET",
        path="/openapi.json",
        operation="getOpenApi",
        summary="This document: OpenAPI 3.1.",
        tag=_TAG,
        scope=None,
        handler=get_openapi,
        media_types=(JSON,),
        etag=True,
    ),
    Route(
        method="GET",
        path="/asyncapi.json",
        operation="getAsyncApi",
        summary="The topics and the webhooks: AsyncAPI 3.0.",
        description="What `bus asyncapi` says, but for the addresses of Kafka and of "
        "the schema registry.",
        tag=_TAG,
        scope=None,
        handler=get_asyncapi,
        media_types=(JSON,),
        etag=True,
    ),
    Route(
        method="GET",
        path="/docs",
        operation="getDocs",
        summary="The same document, for people.",
        tag=_TAG,
        scope=None,
        handler=get_page,
        media_types=("text/html",),
    ),
    Route(
        method="GET",
        path="/docs/style.css",
        operation="getDocsStyle",
        summary="How that page looks.",
        tag=_TAG,
        scope=None,
        handler=get_style,
        media_types=("text/css",),
        hidden=True,
    ),
)
