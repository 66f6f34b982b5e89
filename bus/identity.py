"""What partners know an event by: one name an event, whoever made it.

CloudEvents promises that `source` and `id` together are unique; the id alone is not.
"""

import re
from hashlib import sha1
from uuid import UUID

from bus.record import Record

_NAMESPACE = UUID("6e0d4b0a-6f5b-5c57-9a3c-5d3d1a0f8b21")
# Random and time-based UUIDs, and 128 random bits in hex as our own producer writes
# them (a number with leading zeros is no such thing).
_UNIQUE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1467][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    r"|(?=[0-9]*[a-f])[0-9a-f]{32}",
    re.ASCII | re.IGNORECASE,
)

_DERIVED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


def webhook_id(source: str, event_id: str) -> str:
    """Return the `webhook-id` of an event: no dots, 1 to 36 visible ASCII characters.

    An id that is unique by its nature stays as it is. Any other one becomes a UUID
    of version 5 (RFC 9562, 5.5) of source and id, which no id that stays can equal.
    """
    if _UNIQUE.fullmatch(event_id):
        return event_id
    # The length keeps ("/a", "b 7") and ("/a b", "7") apart.
    name = f"{len(source)} {source} {event_id}".encode(errors="surrogatepass")
    digest = sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()
    return str(UUID(bytes=digest[:16], version=5))


def is_webhook_id(text: str) -> bool:
    """Whether `webhook_id` may have returned this."""
    return bool(_UNIQUE.fullmatch(text) or _DERIVED.fullmatch(text))


def made_up_id(record: Record) -> str:
    """Return the id of an event whose producer gave none: its record's place.

    A topic that is made anew uses its offsets again, so what tells the two topics
    apart belongs to it: the topic's id, or from brokers without one the time.
    """
    which = record.topic_id or str(record.timestamp_ms)
    return f"{record.topic}-{record.partition}-{record.offset}-{which}"
