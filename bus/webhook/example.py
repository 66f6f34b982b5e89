"""An example of an event type, exactly as a partner would get it.

It is the same every time: signed at a fixed moment with a secret that everybody knows,
so that whoever writes a receiver can check it, and the docs can show it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bus.contracts.codec import Schema, decode, encode
from bus.contracts.framing import split_frame
from bus.contracts.specimen import specimen
from bus.errors import InvalidEventError
from bus.event import Event
from bus.samples.lifecycles import sample
from bus.webhook.document import document
from bus.webhook.rendering import Representation, content_type, render
from bus.webhook.signing import Signer

EXAMPLE_SECRET = "whsec_RXhhbXBsZSBzZWNyZXQgb2YgdGhlIE9yZGVyYnVz"  # noqa: S105 - public
"""What examples are signed with. Never a subscription's."""
EXAMPLE_TIME = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_ID = "5ceb153a-cfc2-4729-bd47-28fb3f305ee1"
_SEED = 1
_SCHEMA_ID = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A webhook request. `headers` are those that mean something to a partner."""

    event: Event
    headers: tuple[tuple[str, str], ...]
    body: bytes


def example(
    schema: Schema,
    representation: Representation = Representation.JSON,
    *,
    secret: str = EXAMPLE_SECRET,
) -> Example:
    """Return the request that tells a partner of an event of this schema's type.

    `secret` is a `whsec_` or `whsk_` text.

    Raises:
        InvalidEventError: the schema is no event's, or nothing can be made of it.
        InvalidSubscriptionError: for `secret`.
    """
    event = example_event(schema)
    body = render(document(event), representation)
    scheme = "v1a" if secret.startswith("whsk_") else "v1"
    at = int(EXAMPLE_TIME.timestamp())
    signature = Signer([(scheme, secret, None)]).sign(event.webhook_id, at, body)
    headers = (
        ("content-type", content_type(representation)),
        ("webhook-id", event.webhook_id),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signature),
        ("traceparent", _TRACEPARENT),
    )
    return Example(event, headers, body)


def example_event(schema: Schema) -> Event:
    """Return the event itself: one of a told order, else one made of its schema.

    Raises:
        InvalidEventError: the schema is no event's, or nothing can be made of it.
    """
    if schema.event_type is None:
        raise InvalidEventError("type", f"{schema.full_name} is no event's schema")
    try:
        event = sample(schema.event_type, _SEED, EXAMPLE_TIME)
    except InvalidEventError:
        event = _made(schema, schema.event_type)
    return travelled(schema, event, _SCHEMA_ID)


def travelled(schema: Schema, event: Event, schema_id: int) -> Event:
    """Return an event as it comes out of Kafka: whole, amounts with their scale."""
    _, written = split_frame(encode(schema, schema_id, event.data))
    return replace(event, data=decode(schema, written), schema_id=schema_id)


def _made(schema: Schema, event_type: str) -> Event:
    data = specimen(schema)
    return Event(
        id=_ID,
        type=event_type,
        source="/oms/web",
        subject=str(data.get("order_id") or "SO-1001"),
        time=EXAMPLE_TIME,
        data=data,
    )
