"""All jobs that are there for whoever looks, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.job_routes import JobRows, list_jobs
from processors.gateway.model import PageQuery
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.jobs.split import Told, told_of
from processors.web.pages import Page


@dataclass(frozen=True, slots=True)
class JobsView:
    """What the template reads."""

    query: PageQuery
    rows: Sequence[Told]
    next: str | None
    previous: str | None


async def view(asked: Asked) -> JobsView:
    """A page of them."""
    query = asked.query_as(PageQuery)
    found = content_of(await list_jobs(asking(asked, query=query)), JobRows)
    rows = [told_of(one) for one in found.data]
    return JobsView(query, rows, found.next, found.previous)


PAGES = (
    Page(
        path="/jobs",
        name="jobs",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template="jobs.html.j2",
        query=PageQuery,
        nav="Jobs",
        live=True,
    ),
)
