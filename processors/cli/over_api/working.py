"""Waiting for what the gateway does as a job."""

from collections.abc import Mapping

from bus.api import AsyncApi
from bus.api.models import JobShown
from bus.errors import OrderbusError
from processors.cli.control import warn


def tell_note(plan: Mapping[str, object]) -> None:
    """Say on stderr why a plan is not complete, if it is not."""
    if note := plan["note"]:
        warn(f"{plan.get('subscription', 'quarantine')}: {note}")


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
