"""A parcel as AMQP carries it: a persistent message, what identifies it in its fields.

What a webhook has in its headers is in the message's headers under the same names in
lower case, and the event's CloudEvents attributes beside it as Kafka has them.
"""

from dataclasses import replace
from datetime import UTC, datetime

from pamqp.commands import Basic
from pamqp.common import FieldValue

from bus.delivery.headers import event_headers
from bus.delivery.queues import SHORT
from bus.event import Event
from bus.sending import Parcel

CONTENT_TYPE = "content-type"
_PERSISTENT = 2
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""AMQP counts from then on, and has no numbers below."""


def properties(parcel: Parcel) -> Basic.Properties:
    """The fields of an attempt's message. Its `message_id` tells duplicates."""
    event = parcel.event
    own = {name.lower(): value for name, value in parcel.headers}
    content_type = own.pop(CONTENT_TYPE)
    table: dict[str, FieldValue] = {
        name: value.decode()
        for name, value in event_headers(_unicode(event))
        if name not in own and name != CONTENT_TYPE
    }
    table.update(own)
    return Basic.Properties(
        content_type=_short(content_type),
        delivery_mode=_PERSISTENT,
        message_id=parcel.id,
        timestamp=event.time if event.time >= _FIRST else None,
        message_type=_short(event.type),
        app_id="orderbus",
        headers=table,
    )


def weight(made: Basic.Properties) -> int:
    """About the bytes of a message's fields; they have to fit one frame."""
    table = made.headers or {}
    return sum(
        len(name) + len(str(value).encode()) + 6 for name, value in table.items()
    )


def written(text: str) -> str:
    """A text as it can be written: what is no Unicode is replaced."""
    return text.encode("utf-8", "replace").decode()


def _unicode(event: Event) -> Event:
    subject = written(event.subject)
    return event if subject == event.subject else replace(event, subject=subject)


def _short(text: str) -> str:
    return text.encode("utf-8", "replace")[:SHORT].decode("utf-8", "ignore")
