"""An event: one immutable fact about one order.

Its attributes are those of CloudEvents 1.0; its data is what the Avro schema says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Data: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact about one order.

    Attributes:
        id: Unique among all events; visible ASCII, at most 256 characters.
        type: Family and what happened, `order.created`.
        source: CloudEvents URI-reference of who says so, `/oms/web`.
        subject: The order id, also the Kafka key.
        time: When it happened, timezone-aware, microseconds.
        data: The fields of the schema, as fastavro reads them (Decimal for
            money, aware datetime for timestamps).
        schema_id: Id of the writer's schema in the registry, 0 if not yet known.
        traceparent: W3C trace context of the producing span, or None.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Data
    schema_id: int = 0
    traceparent: str | None = None
