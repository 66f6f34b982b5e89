"""Waiting for what the gateway does as a job."""

from collections.abc import Mapping

from bus.api import AsyncApi
from bus.api.models import JobShown
from bus.errors import OrderbusError


class JobFailedError(OrderbusError):
    """A job ended before its work was done."""


async def finished(api: AsyncApi, job: JobShown | None) -> Mapping[str, object]:
    """The result of a job, once it has ended well.

    Raises:
        JobFailedError: it was cancelled, or failed; with its words.
    """
    if job is None:
        return {}
    ended = await api.finished(job)
    if ended["state"] != "done":
        why = f": {ended['error']}" if ended["error"] else ""
        raise JobFailedError(f"job {ended['id']} has {ended['state']}{why}")
    return ended["result"]
