"""What can be asked for: searching."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence

from bus.api.asking import Sync
from bus.api.exchange import Call
from bus.api.models.searching import PayloadHits


class SearchingCalls(Sync):
    """What can be asked for: searching."""

    def search_payload(
        self,
        *,
        text: str,
        type: str | Sequence[str] | None = None,
        since: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> PayloadHits:
        """Look for a text in the content of events, the newest first.

        GET `/v1/events/search-payload`
        with a key of scope `events:read`
        """
        return self._ask(
            Call[PayloadHits](
                "GET",
                "/v1/events/search-payload",
                query={
                    "text": text,
                    "type": type,
                    "since": since,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )
