"""What can be asked for: schema versions."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.schema_versions import SchemaRegistered, SchemaVersion


class SchemaVersionsCalls(Sync):
    """What can be asked for: schema versions."""

    def register_schema(
        self, type: str, body: SchemaVersion, *, idempotency_key: str | None = None
    ) -> SchemaRegistered:
        """Register the next version of an event type's schema.

        POST `/v1/event-types/{type}/versions`
        with a key of scope `schemas:write`
        """
        return self._ask(
            Call[SchemaRegistered](
                "POST",
                f"/v1/event-types/{segment(type)}/versions",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
