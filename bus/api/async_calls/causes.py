"""What can be asked for: causes."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, AsyncPages
from bus.api.exchange import Call
from bus.api.models.causes import LetterCause


class CausesCalls(Async):
    """What can be asked for: causes."""

    def list_dead_letter_causes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        q: str | None = None,
    ) -> AsyncPages[LetterCause]:
        """Pending dead letters of all subscriptions by cause.

        GET `/v1/dead-letter-causes`
        with a key of scope `letters:read`
        """
        return self._pages(
            Call[LetterCause](
                "GET",
                "/v1/dead-letter-causes",
                query={"limit": limit, "cursor": cursor, "q": q},
            )
        )
