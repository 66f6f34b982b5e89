"""An event: one immutable fact about one order.

Its attributes are those of CloudEvents 1.0; its data is what the Avro schema says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from bus.identity import webhook_id

Data: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact about one order.

    Attributes:
        id: Unique among the events of its source; any text that is not empty.
        type: Family and what happened, `order.created`.
        source: CloudEvents URI-reference of who says so, `/oms/web`.
        subject: The order id.
        time: When it happened, timezone-aware, microseconds.
        data: The fields of the schema, as fastavro reads them (Decimal for
            money, aware datetime for timestamps).
        schema_id: Id of the writer's schema in the registry, 0 if not yet known.
        traceparent: W3C trace context of the producing span, or None.
        extensions: Names and texts of CloudEvents extension attributes.
        webhook_id: Made of source and id: unique among all events, short, visible
            ASCII without dots. What the bus and its partners know the event by.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Data
    schema_id: int = 0
    traceparent: str | None = None
    extensions: tuple[tuple[str, str], ...] = ()
    webhook_id: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive what partners know it by, once."""
        object.__setattr__(self, "webhook_id", webhook_id(self.source, self.id))
