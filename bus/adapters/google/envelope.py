"""A parcel as a message of Pub/Sub: its data, attributes and ordering key.

What a webhook has in its headers is in attributes here; the event's CloudEvents
attributes stand beside it as Kafka has them.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bus.delivery.headers import event_headers
from bus.sending import Parcel

MOST_KEY = 1_024
"""Bytes of an ordering key, and of an attribute's value."""
_CONTENT_TYPE = "content-type"
_FIXED = 256


def message(parcel: Parcel) -> Mapping[str, object]:
    """One message. What is too long for an attribute, of the event's, is left out."""
    return {
        "data": base64.b64encode(parcel.body).decode(),
        "attributes": attributes(parcel),
        "orderingKey": ordering_key(parcel),
    }


def attributes(parcel: Parcel) -> Mapping[str, str]:
    """Its attributes."""
    event = parcel.event
    subject = event.subject.encode("utf-8", "replace").decode()
    if subject != event.subject:
        event = replace(event, subject=subject)
    own = {name.lower(): value for name, value in parcel.headers}
    said = {
        name: value.decode()
        for name, value in event_headers(event)
        if name != _CONTENT_TYPE and len(value) <= MOST_KEY
    }
    return {**said, **own}


def ordering_key(parcel: Parcel) -> str:
    """The order id; what is longer than a key may be begins alike, and is cut."""
    text = parcel.event.subject.encode("utf-8", "replace")[:MOST_KEY]
    return text.decode("utf-8", "ignore")


def body_of(parcels: Sequence[Parcel]) -> bytes:
    """The body of a request."""
    return json.dumps({"messages": [message(one) for one in parcels]}).encode()


def size_of(parcel: Parcel) -> int:
    """What one takes of a request, at most, as Pub/Sub counts: before Base64."""
    said = attributes(parcel)
    texts = sum(len(k) + len(v.encode()) for k, v in said.items())
    return len(parcel.body) + texts + len(ordering_key(parcel).encode()) + _FIXED
