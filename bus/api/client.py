"""The client: all calls of the API, and waiting for what takes its time."""

from collections.abc import Callable

from bus.api.async_calls import AsyncCalls
from bus.api.calls import Calls
from bus.api.models import JobShown

_AGAIN_S = 0.5


class Api(Calls):
    """The API, each call of which waits for its answer."""

    def finished(
        self, job: JobShown, tell: Callable[[JobShown], object] = lambda _: None
    ) -> JobShown:
        """A job when it has ended, well or not; `tell` hears of it until then."""
        tell(job)
        while job["state"] == "running":
            self.sleep(_AGAIN_S)
            job = self.get_job(job["id"])
            tell(job)
        return job


class AsyncApi(AsyncCalls):
    """The API, each call of which is awaited."""

    async def finished(
        self, job: JobShown, tell: Callable[[JobShown], object] = lambda _: None
    ) -> JobShown:
        """A job when it has ended, well or not; `tell` hears of it until then."""
        tell(job)
        while job["state"] == "running":
            await self.sleep(_AGAIN_S)
            job = await self.get_job(job["id"])
            tell(job)
        return job
