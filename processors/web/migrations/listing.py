"""All migrations, with what keeps each from going on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.migration_models import MigrationShown, MigrationsShown
from processors.gateway.migrations import list_migrations
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationsView:
    """What the template reads."""

    query: PageQuery
    rows: Sequence[MigrationShown]
    may_plan: bool
    next: str | None
    previous: str | None


async def view(asked: Asked) -> MigrationsView:
    """A page of them, by id."""
    query = asked.query_as(PageQuery)
    found = content_of(await list_migrations(asking(asked)), MigrationsShown).data
    rows, after, before = cut(
        found,
        lambda one: one.id,
        limit=query.limit,
        cursor=query.cursor,
        about="ui migrations",
    )
    may = asked.by.may(Scope.MIGRATIONS_WRITE)
    return MigrationsView(
        query=query, rows=rows, may_plan=may, next=after, previous=before
    )


PAGES = (
    Page(
        path="/migrations",
        name="migrations",
        scope=Scope.MIGRATIONS_READ,
        view=view,
        template="migrations.html.j2",
        query=PageQuery,
        nav="Migrations",
    ),
)
