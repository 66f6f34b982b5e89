"""Signed deliveries, as `processors.delivery.posting` makes them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bus.delivery.subscription import Secret, Subscription, Tls, parse_subscription
from bus.event import Event
from bus.sending import Parcel
from bus.webhook.signing import Signer

SECRET = "whsec_" + "QUJD" * 8
NOW_S = 1_800_000_000.0
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_CREATED = datetime.fromtimestamp(NOW_S, UTC)


def parcel(  # noqa: PLR0913 - what a test may want otherwise
    url: str,
    body: bytes = b'{"order_id":"SO-1"}',
    *,
    number: int = 1,
    order: str = "SO-1",
    timeout_s: float = 5,
    tls: Tls | None = None,
    probe: bool = False,
    headers: Mapping[str, str] | None = None,
    login: Mapping[str, str] | None = None,
    event_type: str = "order.updated",
    now_s: float = NOW_S,
) -> Parcel:
    """One attempt of a delivery."""
    made = _subscription(url, headers or {}, login)
    event = _event(number, order, event_type)
    return Parcel(
        url,
        _headers(made, event, int(now_s), body),
        body,
        timeout_s,
        tls,
        subscription=made,
        event=event,
        now_s=now_s,
        probe=probe,
    )


def _subscription(
    url: str, headers: Mapping[str, str], login: Mapping[str, str] | None
) -> Subscription:
    return parse_subscription(
        {
            "id": "acme",
            "url": url,
            "types": ["*"],
            "secrets": [Secret(id="s1", value=SECRET, created_at=_CREATED)],
            "headers": dict(headers),
            "login": login,
        }
    )


def _event(number: int, order: str, event_type: str) -> Event:
    return Event(
        id=f"evt-{number}",
        type=event_type,
        source="/oms/web",
        subject=order,
        time=_CREATED,
        data={},
        extensions=(("region", "eu"),),
    )


def _headers(
    made: Subscription, event: Event, at: int, body: bytes
) -> tuple[tuple[str, str], ...]:
    signature = Signer.of(made.secrets).sign(event.webhook_id, at, body)
    return (
        ("content-type", "application/json"),
        *made.headers.items(),
        ("webhook-id", event.webhook_id),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signature),
        ("traceparent", TRACE),
    )
