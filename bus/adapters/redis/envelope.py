"""A parcel as an entry of a stream: `data`, and what a webhook has in its headers.

The event's CloudEvents attributes stand beside it as Kafka has them.
"""

from collections.abc import Sequence
from dataclasses import replace

from bus.delivery.headers import event_headers
from bus.delivery.streams import RedisEndpoint
from bus.sending import Parcel

BODY = "data"
_CONTENT_TYPE = "content-type"


def command(endpoint: RedisEndpoint, parcel: Parcel) -> Sequence[bytes]:
    """What is asked: XADD, with the entry."""
    limit = (b"MAXLEN", b"~", b"%d" % endpoint.most) if endpoint.most else ()
    fields = entry(parcel)
    flat = [part for name, value in fields for part in (name.encode(), value)]
    return (b"XADD", stream_of(endpoint, parcel), *limit, b"*", *flat)


def entry(parcel: Parcel) -> Sequence[tuple[str, bytes]]:
    """The fields of an entry, each once."""
    event = parcel.event
    subject = event.subject.encode("utf-8", "replace").decode()
    if subject != event.subject:
        event = replace(event, subject=subject)
    said = {
        name: value for name, value in event_headers(event) if name != _CONTENT_TYPE
    }
    own = {name.lower(): value.encode() for name, value in parcel.headers}
    return [(BODY, parcel.body), *{**said, **own}.items()]


def stream_of(endpoint: RedisEndpoint, parcel: Parcel) -> bytes:
    """The key of the stream."""
    event = parcel.event
    values = {"type": event.type, "order": event.subject}
    return endpoint.stream.filled(values).encode("utf-8", "replace")
