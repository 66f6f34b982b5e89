"""The catalogue of event types: what there is to subscribe to, with examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import orjson
from pydantic import Field

from bus.access.roles import Scope
from bus.contracts.fields import meaning_of
from bus.delivery.matching import covers
from bus.delivery.own import is_inner
from bus.delivery.subscription import Subscription
from processors.gateway.event_types import (
    EventTypeExplained,
    ExampleQuery,
    get_event_type,
    get_example,
    get_schema,
)
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Asked
from processors.gateway.tenants import owned
from processors.web.asking import asking
from processors.web.pages import Page


class CatalogueQuery(PageQuery):
    """Which event types are shown."""

    q: Annotated[str, Field(max_length=100)] = ""
    family: Annotated[str, Field(max_length=63)] = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An event type in the table."""

    type: str
    meaning: str
    topic: str


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """What the template reads."""

    query: CatalogueQuery
    families: Sequence[str]
    rows: Sequence[Listed]
    shown: int
    all: int
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class TypeView:
    """One event type. `example` and `schema` are JSON, laid out to be read."""

    one: EventTypeExplained
    example: str
    why: str
    seed: int
    schema: str
    takers: Sequence[str]


async def catalogue(asked: Asked) -> CatalogueView:
    """A page of them, by name."""
    query, api = asked.query_as(CatalogueQuery), asked.api
    known = list(api.catalogue)
    found = [
        Listed(
            str(schema.event_type),
            meaning_of(schema),
            api.catalogue.topic(str(schema.event_type)),
        )
        for schema in known
        if query.family in {"", schema.family}
    ]
    words = query.q.lower().split()
    fitting = [
        one
        for one in found
        if all(word in f"{one.type} {one.meaning}".lower() for word in words)
    ]
    rows, after, before = cut(
        fitting,
        lambda one: one.type,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui event-types {query.q} {query.family}",
    )
    return CatalogueView(
        query=query,
        families=sorted({schema.family for schema in known}),
        rows=rows,
        shown=len(fitting),
        all=len(known),
        next=after,
        previous=before,
    )


async def one_type(asked: Asked) -> TypeView:
    """Every field of one, an example, its schema, and who takes it."""
    explained = (await get_event_type(asking(asked))).content
    if not isinstance(explained, EventTypeExplained):
        raise TypeError("an event type is explained")
    example, why = await _example(asked)
    schema = (await get_schema(asking(asked))).content
    await asked.api.world.table.ready()
    mine = owned(asked.api.world, asked.by)
    return TypeView(
        one=explained,
        example=example,
        why=why,
        seed=asked.query_as(ExampleQuery).seed,
        schema=_laid_out(schema) if isinstance(schema, bytes) else "",
        takers=[one.id for one in mine if takes(one, explained.type)],
    )


def takes(one: Subscription, event_type: str) -> bool:
    """Whether it asks for this type; `*` means none of the bus's inner ones."""
    inner = is_inner(event_type)
    return any(
        covers(pattern, event_type) and (is_inner(pattern) or not inner)
        for pattern in one.types
    )


async def _example(asked: Asked) -> tuple[str, str]:
    query = asked.query_as(ExampleQuery)
    try:
        found = (await get_example(asking(asked, query=query))).content
    except ProblemError as problem:
        return "", problem.detail
    return (_laid_out(found) if isinstance(found, bytes) else ""), ""


def _laid_out(text: bytes) -> str:
    return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()


PAGES = (
    Page(
        path="/event-types",
        name="eventTypes",
        scope=Scope.SCHEMAS_READ,
        view=catalogue,
        template="event_types.html.j2",
        query=CatalogueQuery,
        nav="Event types",
    ),
    Page(
        path="/event-types/{type}",
        name="eventType",
        scope=Scope.SCHEMAS_READ,
        view=one_type,
        template="event_type.html.j2",
        query=ExampleQuery,
        example={"type": "order.created"},
    ),
)
