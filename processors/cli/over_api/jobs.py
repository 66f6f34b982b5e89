"""`bus jobs` over the HTTP API: there is no other way to them."""

from bus.api import AsyncApi, NotFoundError
from processors.cli.jobs_view import no_such_job, show_cancelled, show_job, show_jobs
from processors.cli.over_api.given import Given


async def list_(api: AsyncApi, given: Given) -> int:
    """All that are there for the key that asks."""
    rows = [row async for row in api.list_jobs(limit=250)]
    return show_jobs(rows, as_json=given.as_json)


async def show(api: AsyncApi, given: Given) -> int:
    """How far one is; 1 if there is none."""
    name = given.text("job")
    try:
        return show_job(await api.get_job(name), as_json=given.as_json)
    except NotFoundError:
        return no_such_job(name)


async def cancel(api: AsyncApi, given: Given) -> int:
    """End one; 1 if there is none."""
    name = given.text("job")
    try:
        return show_cancelled(await api.cancel_job(name), as_json=given.as_json)
    except NotFoundError:
        return no_such_job(name)
