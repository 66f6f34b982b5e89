"""Schemas of event types: their versions, and in words what differs between two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from bus.access.roles import Scope
from bus.errors import RegistryUnavailableError
from processors.gateway.paging import cut
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.schema_changes import (
    PairQuery,
    SchemaDifference,
    SchemaVersions,
    VersionHeld,
    compare_versions,
    list_schema_versions,
)
from processors.web.asking import asking, content_of
from processors.web.catalogue import CatalogueQuery
from processors.web.pages import Page

KINDS: Mapping[str, str] = {
    "added": "good",
    "removed": "bad",
    "type": "bad",
    "meaning": "none",
}
"""How grave a change looks; what is not here: a warning."""


@dataclass(frozen=True, slots=True)
class SchemaRow:
    """An event type, and under which subject its versions are."""

    type: str
    subject: str
    topic: str
    fields: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemasView:
    """What the template reads."""

    query: CatalogueQuery
    families: Sequence[str]
    rows: Sequence[SchemaRow]
    shown: int
    all: int
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaView:
    """What the template reads; `found` is None where there are no two versions."""

    type: str
    subject: str
    topic: str
    versions: Sequence[VersionHeld]
    found: SchemaDifference | None
    unknown: Sequence[str]
    kinds: Mapping[str, str]


async def schemas(asked: Asked) -> SchemasView:
    """A page of them, by the name of the type."""
    query, known = asked.query_as(CatalogueQuery), asked.api.catalogue
    fitting = [
        SchemaRow(
            name := str(schema.event_type),
            known.subject(name),
            known.topic(name),
            len(orjson.loads(schema.text)["fields"]),
        )
        for schema in known
        if query.family in {"", schema.family}
        and query.q.lower() in f"{schema.event_type} {schema.full_name}".lower()
    ]
    rows, after, before = cut(
        fitting,
        lambda one: one.type,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui schemas {query.q} {query.family}",
    )
    return SchemasView(
        query=query,
        families=sorted({schema.family for schema in known}),
        rows=rows,
        shown=len(fitting),
        all=len(list(known)),
        next=after,
        previous=before,
    )


async def one(asked: Asked) -> SchemaView:
    """All versions of one, and two of them side by side.

    Raises:
        ProblemError: there is no such event type, or no such version.
    """
    known, name = asked.api.catalogue, asked.path["type"]
    if name not in known:
        raise ProblemError(NOT_FOUND)
    versions: Sequence[VersionHeld] = ()
    found, unknown = None, ""
    try:
        reply = await list_schema_versions(asking(asked))
        versions = content_of(reply, SchemaVersions).data
        found, unknown = await _difference(asked, versions)
    except RegistryUnavailableError as error:
        unknown = f"The schema registry gives no answer: {error}."
    return SchemaView(
        type=name,
        subject=known.subject(name),
        topic=known.topic(name),
        versions=versions,
        found=found,
        unknown=[unknown] if unknown else [],
        kinds=KINDS,
    )


async def _difference(
    asked: Asked, versions: Sequence[VersionHeld]
) -> tuple[SchemaDifference | None, str]:
    """Two of them side by side; or why that cannot be."""
    query = asked.query_as(PairQuery)
    if len(versions) < 2 and query == PairQuery():  # noqa: PLR2004 - a pair
        return None, ""
    try:
        reply = await compare_versions(asking(asked, query=query))
    except ProblemError as problem:
        if problem.kind is NOT_FOUND:
            raise
        return None, problem.detail
    return content_of(reply, SchemaDifference), ""


PAGES = (
    Page(
        path="/schemas",
        name="schemas",
        scope=Scope.SCHEMAS_READ,
        view=schemas,
        template="schemas.html.j2",
        query=CatalogueQuery,
        nav="Schemas",
        find="q",
    ),
    Page(
        path="/schemas/{type}",
        name="schema",
        scope=Scope.SCHEMAS_READ,
        view=one,
        template="schema.html.j2",
        query=PairQuery,
        example={"type": "order.created"},
    ),
)
