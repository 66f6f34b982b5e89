"""What can be asked for: records."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping

from bus.api.asking import Sync
from bus.api.exchange import Call, segment
from bus.api.models.records import RecordShown


class RecordsCalls(Sync):
    """What can be asked for: records."""

    def get_record(self, topic: str, partition: int, offset: int) -> RecordShown:
        """Show what stands at a place in Kafka, decoded.

        GET `/v1/records/{topic}/{partition}/{offset}`
        with a key of scope `letters:read`
        """
        return self._ask(
            Call[RecordShown](
                "GET",
                f"/v1/records/{segment(topic)}/{segment(partition)}/{segment(offset)}",
            )
        )

    def get_record_body(
        self, topic: str, partition: int, offset: int
    ) -> Mapping[str, object]:
        """Show the event at a place as its partners get it.

        GET `/v1/records/{topic}/{partition}/{offset}/body`
        with a key of scope `letters:read`
        """
        return self._ask(
            Call[Mapping[str, object]](
                "GET",
                f"/v1/records/{segment(topic)}/{segment(partition)}/{segment(offset)}/body",
            )
        )

    def get_event_body(self, event: str) -> Mapping[str, object]:
        """Show an event as partners get it.

        GET `/v1/events/{event}/body`
        with a key of scope `events:read`
        """
        return self._ask(
            Call[Mapping[str, object]]("GET", f"/v1/events/{segment(event)}/body")
        )
