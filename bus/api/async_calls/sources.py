"""What can be asked for: sources."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Async, AsyncPages, Versioned, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.sources import (
    NewSource,
    SourceChange,
    SourceRow,
    SourceShown,
    SourceTaken,
)

ListSourcesState: TypeAlias = Literal["active", "paused"]


class SourcesCalls(Async):
    """What can be asked for: sources."""

    def list_sources(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: ListSourcesState | None = None,
    ) -> AsyncPages[SourceRow]:
        """List the sources of intake.

        GET `/v1/sources`
        with a key of scope `sources:read`
        """
        return self._pages(
            Call[SourceRow](
                "GET",
                "/v1/sources",
                query={"limit": limit, "cursor": cursor, "state": state},
            )
        )

    async def create_source(
        self, body: NewSource, *, idempotency_key: str | None = None
    ) -> Versioned[SourceTaken]:
        """Make a source.

        POST `/v1/sources`
        with a key of scope `sources:write`
        """
        return await self._versioned(
            Call[SourceTaken](
                "POST", "/v1/sources", body=body, key=fresh_key(idempotency_key)
            )
        )

    async def get_source(self, source: str) -> Versioned[SourceShown]:
        """Show a source.

        GET `/v1/sources/{source}`
        with a key of scope `sources:read`
        """
        return await self._versioned(
            Call[SourceShown]("GET", f"/v1/sources/{segment(source)}")
        )

    async def change_source(
        self, source: str, body: SourceChange, *, if_match: str
    ) -> Versioned[SourceTaken]:
        """Change a source.

        PATCH `/v1/sources/{source}`
        with a key of scope `sources:write`
        """
        return await self._versioned(
            Call[SourceTaken](
                "PATCH", f"/v1/sources/{segment(source)}", body=body, if_match=if_match
            )
        )
