"""The lists of the log: rows out of what the tables hold."""

from typing import Final

from sqlalchemy import Connection

from bus.adapters.sql.names import Names
from bus.adapters.sql.packing import unpacked_id, unpacked_trace
from bus.adapters.sql.paging import Found, Listing
from bus.adapters.sql.tables import (
    ATTEMPT,
    AUDIT,
    DELIVERY_OPEN,
    EVENT,
    QUARANTINE,
)
from bus.log.causes import cause_numbered
from bus.log.cursors import Sorted
from bus.log.deliveries import STATES
from bus.log.questions import OpenDelivery
from bus.log.rows import (
    AckRow,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    QuarantineRow,
)

_PLACE: Final = ("topic", "partition", "offset")
_INTS: Final = (int, int, int, int)


class Listings:
    """How each list is sorted and read; names are looked up as they come."""

    def __init__(self, names: Names) -> None:
        self._names = names
        arrived = ("arrived_us", *_PLACE)
        self.events = Listing(EVENT, arrived, _INTS, self.event, _by_arrival)
        self.quarantine = Listing(
            QUARANTINE, arrived, _INTS, self.quarantined, _by_arrival
        )
        self.audit = Listing(AUDIT, arrived, _INTS, self.change, _by_arrival)
        self.attempts = Listing(
            ATTEMPT, ("started_us", *_PLACE), _INTS, self.attempt, _by_start
        )
        self.deliveries = Listing(
            DELIVERY_OPEN,
            ("changed_us", "subscription", "event"),
            (int, int, str),
            self.delivery,
            _by_change,
        )

    def _place(self, connection: Connection, found: Found) -> Place:
        topic = self._names.text(connection, found.topic)
        return Place(topic, found.partition, found.offset)

    def _origin(self, connection: Connection, found: Found) -> Place | None:
        if not found.origin_topic:
            return None
        topic = self._names.text(connection, found.origin_topic)
        return Place(topic, found.origin_partition, found.origin_offset)

    def event(self, connection: Connection, found: Found) -> EventRow:
        """An event."""
        event_id = unpacked_id(found.event)
        return EventRow(
            at=self._place(connection, found),
            arrived_us=found.arrived_us,
            event_id=event_id,
            own_id=found.own_id if found.own_key else event_id,
            source=found.source,
            event_type=self._names.text(connection, found.event_type),
            order_id=found.order_id,
            time_us=found.time_us,
            channel=found.channel,
            account=found.account,
            traceparent=unpacked_trace(found.trace),
        )

    def attempt(self, connection: Connection, found: Found) -> AttemptRow:
        """An attempt."""
        text = self._names.text
        return AttemptRow(
            at=self._place(connection, found),
            started_us=found.started_us,
            duration_us=found.duration_us,
            subscription=text(connection, found.subscription),
            event_id=unpacked_id(found.event),
            event_type=text(connection, found.event_type),
            order_id=found.order_id,
            origin=self._origin(connection, found),
            number=found.number,
            replay=found.replay,
            outcome=text(connection, found.outcome),
            status=found.status,
            route=text(connection, found.route),
            detail=found.detail,
            traceparent=unpacked_trace(found.trace),
        )

    def delivery(self, connection: Connection, found: Found) -> OpenDelivery:
        """An open delivery."""
        text = self._names.text
        return OpenDelivery(
            subscription=text(connection, found.subscription),
            event_id=unpacked_id(found.event),
            event_type=text(connection, found.event_type),
            order_id=found.order_id,
            state=STATES[found.state],
            attempts=found.attempts,
            replay=found.replay,
            last_outcome=text(connection, found.outcome),
            last_status=found.status,
            last_detail=found.detail,
            changed_us=found.changed_us,
            tier=found.tier,
            reason=found.reason,
            arrived_us=found.arrived_us,
            cause=cause_numbered(found.cause),
            overdue=cause_numbered(found.overdue),
        )

    def ack(self, connection: Connection, found: Found) -> AckRow:
        """An acknowledgement."""
        return AckRow(
            self._place(connection, found),
            found.arrived_us,
            self._names.text(connection, found.subscription),
            unpacked_id(found.event),
        )

    def quarantined(self, connection: Connection, found: Found) -> QuarantineRow:
        """A quarantined record."""
        return QuarantineRow(
            self._place(connection, found),
            found.arrived_us,
            self._origin(connection, found),
            found.reason,
        )

    def change(self, connection: Connection, found: Found) -> AuditRow:
        """A change."""
        return AuditRow(
            self._place(connection, found),
            found.arrived_us,
            *(found.actor, found.tenant, found.address, found.action),
            *(found.entity, found.entity_id, found.before, found.after),
        )


def _by_arrival(found: Found) -> Sorted:
    return (found.arrived_us, found.topic, found.partition, found.offset)


def _by_start(found: Found) -> Sorted:
    return (found.started_us, found.topic, found.partition, found.offset)


def _by_change(found: Found) -> Sorted:
    return (found.changed_us, found.subscription, found.event.hex())
