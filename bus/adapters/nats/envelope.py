"""A parcel as NATS carries it: what a webhook has in its headers is in headers here.

The event's CloudEvents attributes stand beside it as Kafka has them, and
`Nats-Msg-Id`, by which a stream knows what it has already.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from bus.delivery.headers import event_headers
from bus.delivery.queues import NatsEndpoint, token
from bus.sending import Parcel

DEDUPLICATION = "Nats-Msg-Id"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTENT_TYPE = "content-type"


def headers(parcel: Parcel) -> Mapping[str, str]:
    """The headers of an attempt's message.

    Extensions whose names no header can have are left out.
    """
    event = parcel.event
    subject = event.subject.encode("utf-8", "replace").decode()
    if subject != event.subject:
        event = replace(event, subject=subject)
    own = {name.lower(): value for name, value in parcel.headers}
    said = {
        name: value.decode()
        for name, value in event_headers(event)
        if name != _CONTENT_TYPE and _NAME.fullmatch(name)
    }
    return {**said, **own, DEDUPLICATION: parcel.id}


def weight(made: Mapping[str, str]) -> int:
    """The bytes of headers on the wire: they count towards a server's limit."""
    lines = sum(len(name) + len(value.encode()) + 4 for name, value in made.items())
    return len("NATS/1.0\r\n") + lines + 2


def subject_of(endpoint: NatsEndpoint, parcel: Parcel) -> str:
    """Where a message is published to."""
    event = parcel.event
    return endpoint.subject.filled(
        {
            "type": token(event.type, dots=True),
            "order": token(event.subject, dots=False),
        }
    )
