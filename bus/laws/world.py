"""What the laws are held to: a sink, its endpoint, and what is sent to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from bus.delivery.delivery import (
    Outcome,
    Unreachable,
)
from bus.delivery.subscription import Secret, Subscription, parse_subscription
from bus.errors import OrderbusError
from bus.event import Event
from bus.receiving import Arrival, Reaction
from bus.sending import Parcel, Places, Sink
from bus.webhook.signing import Signer

SECRET = "whsec_" + "QUJD" * 8
"""Signs what the laws send."""
NOW_S = 1_800_000_000.0
_SINCE = datetime.fromtimestamp(NOW_S, UTC)
_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class World(Protocol):
    """A sink, and the endpoint it delivers to."""

    sink: Sink
    url: str
    """The endpoint's."""
    nobody: str
    """The URL of a port of loopback that nobody listens on; some laws do, there."""
    secure: str
    """That of the same port with TLS; empty: the transport has none."""

    async def received(self) -> Sequence[Arrival]:
        """What came, in order; names of headers in small letters."""
        ...

    def then(self, reaction: Reaction) -> bool:
        """What the next delivery is answered; False: this cannot be answered there.

        All others are accepted.
        """
        ...

    def made(self, places: Places) -> Sink | None:
        """A sink of the same kind that is given these places; None: it asks none."""
        ...


class LawBrokenError(OrderbusError):
    """A sink does not keep a law; says what was expected, and what came."""


Law: TypeAlias = Callable[[World], Awaitable[None]]


def parcel(
    url: str,
    body: bytes = b'{"order_id":"SO-1"}',
    *,
    number: int = 1,
    order: str = "SO-1",
    timeout_s: float = 10,
    headers: Mapping[str, str] | None = None,
) -> Parcel:
    """A signed delivery, as the bus makes it."""
    made = _subscription(url, headers or {})
    event = Event(
        id=f"evt-{number}",
        type="order.updated",
        source="/oms/web",
        subject=order,
        time=_SINCE,
        data={},
    )
    at = int(NOW_S)
    signature = Signer.of(made.secrets).sign(event.webhook_id, at, body)
    signed = (
        ("content-type", "application/json"),
        *made.headers.items(),
        ("webhook-id", event.webhook_id),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signature),
        ("traceparent", _TRACE),
    )
    return Parcel(
        url,
        signed,
        body,
        timeout_s,
        made.tls,
        subscription=made,
        event=event,
        now_s=NOW_S,
    )


def _subscription(url: str, headers: Mapping[str, str]) -> Subscription:
    return parse_subscription(
        {
            "id": "laws",
            "url": url,
            "types": ["*"],
            "secrets": [Secret(id="s1", value=SECRET, created_at=_SINCE)],
            "headers": dict(headers),
        }
    )


def not_reached(outcome: Outcome) -> None:
    """Hold that nobody was reached.

    Raises:
        LawBrokenError: it is not so.
    """
    expect(isinstance(outcome, Unreachable), f"Unreachable, not {outcome}")


def expect(holds: bool, what: str) -> None:  # noqa: FBT001 - what is asserted
    """Hold that something is so.

    Raises:
        LawBrokenError: it is not.
    """
    if not holds:
        raise LawBrokenError(f"expected {what}")
