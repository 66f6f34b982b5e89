"""What can be asked for: schema changes."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async
from bus.api.exchange import Call, segment
from bus.api.models.schema_changes import SchemaDifference, SchemaVersions


class SchemaChangesCalls(Async):
    """What can be asked for: schema changes."""

    async def list_schema_versions(self, type: str) -> SchemaVersions:
        """The versions of an event type's schema, the newest first.

        GET `/v1/event-types/{type}/versions`
        with a key of scope `schemas:read`
        """
        return await self._ask(
            Call[SchemaVersions]("GET", f"/v1/event-types/{segment(type)}/versions")
        )

    async def compare_schema_versions(
        self, type: str, *, older: int | None = None, newer: int | None = None
    ) -> SchemaDifference:
        """What differs between two versions, in words, and whom that breaks.

        GET `/v1/event-types/{type}/changes`
        with a key of scope `schemas:read`
        """
        return await self._ask(
            Call[SchemaDifference](
                "GET",
                f"/v1/event-types/{segment(type)}/changes",
                query={"older": older, "newer": newer},
            )
        )
