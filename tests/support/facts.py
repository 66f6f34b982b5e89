"""Events, subscriptions and records as tests need them: whole, changed in a word."""

from datetime import UTC, datetime
from decimal import Decimal

from bus.delivery.delivery import Delivery, Origin
from bus.delivery.subscription import Subscription, parse_subscription
from bus.event import Event
from bus.record import Headers, Record

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, UTC)


def order_data() -> dict[str, object]:
    """The fields of an order.created event, as fastavro reads them."""
    return {
        "order_id": "SO-1",
        "status": "created",
        "occurred_at": NOON,
        "order_version": 3,
        "channel": "web",
        "account_id": "A-7",
        "metadata": {"correlation_id": "c-1", "user_id": "u-1"},
        "lines": [
            {
                "sku": "X-1",
                "quantity": 2,
                "price": {"amount": Decimal("19.9000"), "currency": "EUR"},
            }
        ],
        "gift": False,
        "note": None,
    }


def an_event(
    *,
    type_: str = "order.created",
    data: dict[str, object] | None = None,
    time: datetime = NOON,
    traceparent: str | None = None,
) -> Event:
    """An event of order SO-1."""
    return Event(
        id="evt-1",
        type=type_,
        source="/oms/web",
        subject="SO-1",
        time=time,
        data=order_data() if data is None else data,
        schema_id=7,
        traceparent=traceparent,
    )


def a_subscription(subscription_id: str = "erp", **fields: object) -> Subscription:
    """A subscription to all order events."""
    return parse_subscription(
        {
            "id": subscription_id,
            "url": "https://erp.example/hook",
            "types": ["order.*"],
            **fields,
        }
    )


def a_record(
    *,
    headers: Headers = (),
    key: bytes | None = b"SO-1",
    timestamp_ms: int = 1_764_000_000_000,
) -> Record:
    """A record at oms.order/2/41."""
    return Record("oms.order", 2, 41, timestamp_ms, key, b"value", headers)


def a_delivery(record: Record | None = None, *, replay: int = 0) -> Delivery:
    """A delivery of order SO-1's event to the ERP."""
    return Delivery(
        subscription="erp",
        event=an_event(),
        record=record or a_record(),
        origin=Origin("oms.order", 2, 41, 1_764_000_000_000),
        replay=replay,
    )
