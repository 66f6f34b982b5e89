"""The Kafka keys of hops: an order's deliveries share a partition.

Its events may not: a producer may write no key, a customer's id, or another one on
each topic. The event's own key travels on in a header where it is another one.
"""

from bus.event import Event
from bus.record import Headers, Record

_KEY, _KEYLESS = "bus-key", "bus-keyless"


def hop_key(event: Event) -> bytes:
    """Return the key of all hops of an event: its order."""
    return event.subject.encode()


def original_key(record: Record) -> bytes | None:
    """Return the key that the event of a hop, or source record, was written with."""
    for name, value in record.headers:
        if name == _KEY:
            return value
        if name == _KEYLESS:
            return None
    return record.key


def key_headers(record: Record, event: Event) -> Headers:
    """Return what a hop of `record` says of the event's own key."""
    key = original_key(record)
    if key is None:
        return ((_KEYLESS, b""),)
    return () if key == hop_key(event) else ((_KEY, key),)
