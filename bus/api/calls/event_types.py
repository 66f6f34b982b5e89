"""What can be asked for: event types."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping

from bus.api.asking import Pages, Sync
from bus.api.exchange import Call, segment
from bus.api.models.event_types import (
    Compatibility,
    EventExample,
    EventType,
    EventTypeExplained,
    Proposal,
)


class EventTypesCalls(Sync):
    """What can be asked for: event types."""

    def list_event_types(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Pages[EventType]:
        """List the event types.

        GET `/v1/event-types`
        with a key of scope `schemas:read`
        """
        return self._pages(
            Call[EventType](
                "GET", "/v1/event-types", query={"limit": limit, "cursor": cursor}
            )
        )

    def get_event_type(self, type: str) -> EventTypeExplained:
        """Explain an event type: every field.

        GET `/v1/event-types/{type}`
        with a key of scope `schemas:read`
        """
        return self._ask(
            Call[EventTypeExplained]("GET", f"/v1/event-types/{segment(type)}")
        )

    def get_event_type_schema(self, type: str) -> Mapping[str, object]:
        """The Avro schema of an event type.

        GET `/v1/event-types/{type}/schema`
        with a key of scope `schemas:read`
        """
        return self._ask(
            Call[Mapping[str, object]]("GET", f"/v1/event-types/{segment(type)}/schema")
        )

    def get_event_type_example(
        self, type: str, *, seed: int | None = None
    ) -> EventExample:
        """An example event, as POST /v1/events takes it.

        GET `/v1/event-types/{type}/example`
        with a key of scope `schemas:read`
        """
        return self._ask(
            Call[EventExample](
                "GET", f"/v1/event-types/{segment(type)}/example", query={"seed": seed}
            )
        )

    def check_compatibility(self, type: str, body: Proposal) -> Compatibility:
        """Ask whether a schema may become the next version.

        POST `/v1/event-types/{type}/compatibility`
        with a key of scope `schemas:read`
        """
        return self._ask(
            Call[Compatibility](
                "POST", f"/v1/event-types/{segment(type)}/compatibility", body=body
            )
        )
