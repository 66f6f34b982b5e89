"""The client: all calls of the API, live streams, waiting for what takes its time."""

from collections.abc import AsyncIterator, Callable, Iterator

from bus.api.async_calls import AsyncCalls
from bus.api.calls import Calls
from bus.api.hearing import AsyncLine, Line, hear, hear_async
from bus.api.models import JobShown
from bus.api.streaming import Message, Words, listen

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

    def stream(self, *, last_id: str = "", **filters: Words) -> Iterator[Message]:
        """Hear events and attempts as they come, for ever.

        A connection that is lost is made anew where it was: nothing is missed as long
        as Kafka has it, and nothing comes twice. What Kafka has no more is a message
        of kind `gap`. `filters` are `kind`, `type`, `order`, `subscription` and
        `outcome`, a word or several each; `last_id` is the id of the last message that
        was heard.

        Raises:
            ApiError: it is refused, or there is no gateway at its beginning.
        """
        steps = listen(filters, last_id, self._url, self._patience)
        return hear(Line(self._connection, self._url, self.sleep), steps)


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

    def stream(self, *, last_id: str = "", **filters: Words) -> AsyncIterator[Message]:
        """Hear events and attempts as they come, for ever.

        A connection that is lost is made anew where it was: nothing is missed as long
        as Kafka has it, and nothing comes twice. What Kafka has no more is a message
        of kind `gap`. `filters` are `kind`, `type`, `order`, `subscription` and
        `outcome`, a word or several each; `last_id` is the id of the last message that
        was heard.

        Raises:
            ApiError: it is refused, or there is no gateway at its beginning.
        """
        steps = listen(filters, last_id, self._url, self._patience)
        return hear_async(AsyncLine(self._connection, self._url, self.sleep), steps)
