"""What can be asked for: schema versions."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.schema_versions import SchemaRegistered, SchemaVersion


class SchemaVersionsCalls(Async):
    """What can be asked for: schema versions."""

    async def register_schema(
        self, type: str, body: SchemaVersion, *, idempotency_key: str | None = None
    ) -> SchemaRegistered:
        """Register the next version of an event type's schema.

        POST `/v1/event-types/{type}/versions`
        with a key of scope `schemas:write`
        """
        return await self._ask(
            Call[SchemaRegistered](
                "POST",
                f"/v1/event-types/{segment(type)}/versions",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
