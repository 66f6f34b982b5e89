"""One job: how far it is, what came of it, and its end."""

from bus.access.roles import Scope
from processors.gateway.job_routes import JobShown, cancel_job, get_job
from processors.gateway.model import NoQuery
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.jobs.split import Told, told_of
from processors.web.pages import Act, Done, Page
from processors.web.rendering import href

_ONE = "/jobs/{job}"


async def view(asked: Asked) -> Told:
    """The one that the path names."""
    return told_of(content_of(await get_job(asking(asked)), JobShown))


async def cancel(asked: Asked) -> Done:
    """End it where it is."""
    job = content_of(await cancel_job(asking(asked)), JobShown)
    if job.state == "cancelled":
        said = f"Cancelled after {job.done} of {job.total}: what was done stands."
    else:
        said = f"It is {job.state} already."
    return Done(said, href("jobs", job.id))


PAGES = (
    Page(
        path=_ONE,
        name="job",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template="job.html.j2",
        live=True,
        tenants=True,
        example={"job": "0123456789abcdef01234567"},
    ),
)
ACTS = (
    Act(
        path=f"{_ONE}/cancel",
        name="cancelJob",
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        do=cancel,
        form=NoQuery,
        back=_ONE,
        tenants=True,
    ),
)
