"""What travels in Kafka record headers.

Events: CloudEvents 1.0, Kafka protocol binding, binary mode. Hops: the record's own
headers untouched and in order, then the delivery's state in `bus-*`.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from bus.delivery.attributes import MADE_UP_ID, Attributes, readable, text_of, time_of
from bus.delivery.delivery import Delivery, Origin, Reason
from bus.delivery.keys import key_headers
from bus.errors import DecodeError
from bus.event import Data, Event
from bus.identity import made_up_id
from bus.record import Headers, Record
from bus.times import moment_of, rfc3339

CONTENT_TYPE = b"application/avro"
MAX_DETAIL_CHARS = 500
_SPECVERSION = b"1.0"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")

# --- events


def event_headers(event: Event) -> Headers:
    """Return the headers of an event's record."""
    headers: Headers = (
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", _SPECVERSION),
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.type.encode()),
        ("ce_subject", event.subject.encode()),
        ("ce_time", rfc3339(event.time).encode()),
    )
    if event.extensions:
        headers += tuple((f"ce_{n}", text.encode()) for n, text in event.extensions)
    if event.traceparent is None:
        return headers
    return (*headers, ("traceparent", event.traceparent.encode()))


def _texts(headers: Headers, names: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        if name in names:
            if name in found:
                raise DecodeError(f"{name} is there twice")
            try:
                found[name] = value.decode()
            except UnicodeDecodeError:
                raise DecodeError(f"{name} is not UTF-8") from None
    return found


def build_event(
    record: Record,
    attributes: Attributes,
    data: Data,
    schema_id: int,
    schema_event_type: str | None,
) -> Event:
    """Put an event together from its record, headers and decoded value.

    What a foreign producer left out is made up from what is there: the id from the
    record's place, the type from the schema, the source from the topic, the subject
    from `order_id` or the key, the time from `occurred_at` or the record.

    Raises:
        DecodeError: an attribute can be had from neither.
    """
    event_type = attributes.type or schema_event_type
    if not event_type:
        raise DecodeError("no event type: neither ce_type nor event_type in the schema")
    return Event(
        id=attributes.id or made_up_id(record),
        type=event_type,
        source=attributes.source or f"/{record.topic}",
        subject=attributes.subject or _subject(record, data),
        time=attributes.time or _time(record, data),
        data=data,
        schema_id=schema_id,
        traceparent=attributes.traceparent,
        extensions=attributes.extensions,
    )


def _subject(record: Record, data: Data) -> str:
    order_id = data.get("order_id")
    if isinstance(order_id, str) and order_id:
        return order_id
    if order_id is not None:
        raise DecodeError("order_id is no text, or empty, and there is no ce_subject")
    if not record.key:
        raise DecodeError("no order: neither ce_subject, order_id nor a key")
    try:
        return record.key.decode()
    except UnicodeDecodeError:
        raise DecodeError("the key is not UTF-8, and there is no ce_subject") from None


def _time(record: Record, data: Data) -> datetime:
    """`occurred_at` if that is a moment, else when the record was written."""
    occurred_at = data.get("occurred_at")
    if isinstance(occurred_at, str):
        occurred_at = time_of(occurred_at)
    if isinstance(occurred_at, datetime) and occurred_at.tzinfo is not None:
        return occurred_at
    return moment_of(record.timestamp_ms)


# --- hops


@dataclass(frozen=True, slots=True, kw_only=True)
class HopState:
    """What a hop says of a delivery. `at_ms` is when the hop was made."""

    subscription: str
    origin: Origin
    attempts: int
    replay: int = 0
    tier: str | None = None
    reason: Reason | None = None
    detail: str = ""
    at_ms: int = 0
    undecided: bool = False


def hop_headers(
    delivery: Delivery,
    *,
    attempts: int,
    tier: str | None,
    reason: Reason | None,
    detail: str,
    at_ms: int,
) -> Headers:
    """Return the headers of a hop: the record's own ones, then `bus-*` anew.

    Its key is `bus.delivery.keys.hop_key`.
    """
    origin = delivery.origin
    headers = [h for h in delivery.record.headers if not h[0].startswith("bus-")]
    headers += (
        ("bus-subscription", delivery.subscription.encode()),
        ("bus-origin", f"{origin.topic}/{origin.partition}/{origin.offset}".encode()),
        ("bus-origin-ms", b"%d" % origin.timestamp_ms),
        ("bus-attempts", b"%d" % attempts),
        ("bus-replay", b"%d" % delivery.replay),
        ("bus-at-ms", b"%d" % at_ms),
        *key_headers(delivery.record, delivery.event),
    )
    if origin.topic_id:
        headers.append(("bus-origin-topic-id", origin.topic_id.encode()))
    if origin.created_ms is not None:
        headers.append(("bus-origin-created-ms", b"%d" % origin.created_ms))
    if delivery.undecided:
        headers.append((_FILTER, b"pending"))
    if tier is not None:
        headers.append(("bus-tier", tier.encode()))
    if reason is not None:
        headers.append(("bus-reason", reason.value.encode()))
    if detail:
        headers.append(("bus-detail", printable(detail).encode()))
    if not any(name == "ce_id" and text_of(value) for name, value in headers):
        headers.append((MADE_UP_ID, delivery.event.id.encode()))
    return tuple(headers)


def printable(text: str) -> str:
    """Return a text on one line, without control characters, at most 500 long."""
    return _UNPRINTABLE.sub(" ", text[: 2 * MAX_DETAIL_CHARS])[:MAX_DETAIL_CHARS]


_FILTER = "bus-filter"
"""There on deliveries whose filter has yet to be asked."""


def is_undecided(record: Record) -> bool:
    """Whether a hop or a dead letter is one of those."""
    return any(name == _FILTER for name, _ in record.headers)


_TEXTS = (
    "detail",
    "filter",
    "origin",
    "origin-topic-id",
    "reason",
    "subscription",
    "tier",
)
_NUMBERS = ("at-ms", "attempts", "origin-created-ms", "origin-ms", "replay")
_HOP_NAMES = frozenset(f"bus-{name}" for name in _TEXTS + _NUMBERS)


def read_state(record: Record) -> HopState:
    """Read the delivery's state from a tier, ordered or dead-letter record.

    Raises:
        DecodeError: naming the header that is missing, malformed or there twice, or
            saying why no header can be read.
    """
    found = _texts(readable(record), _HOP_NAMES)
    origin = _origin(record, found)
    reason = found.get("bus-reason")
    try:
        known_reason = None if reason is None else Reason(reason)
    except ValueError:
        raise DecodeError(f"bus-reason is {reason!r:.60}, an unknown one") from None
    return HopState(
        subscription=_needed(found, "bus-subscription"),
        origin=origin,
        attempts=_count(found, "bus-attempts"),
        replay=_count(found, "bus-replay"),
        tier=found.get("bus-tier"),
        reason=known_reason,
        detail=found.get("bus-detail", ""),
        at_ms=_count(found, "bus-at-ms"),
        undecided="bus-filter" in found,
    )


def _origin(record: Record, found: dict[str, str]) -> Origin:
    """Where the delivery began; never later than the hop itself was written.

    An age that starts in the future would outlast the topic that the delivery waits
    in, and Kafka would delete it there.
    """
    topic, partition, offset = _place(_needed(found, "bus-origin"))
    created_ms = None
    if "bus-origin-created-ms" in found:
        created_ms = _count(found, "bus-origin-created-ms")
    since_ms = _count(found, "bus-origin-ms")
    topic_id = found.get("bus-origin-topic-id", "")
    origin = Origin(topic, partition, offset, since_ms, created_ms, topic_id)
    if since_ms > record.timestamp_ms and not record.created:
        return origin.from_now(record.timestamp_ms)
    return origin


_PLACE = re.compile(r"([^/]+)/([0-9]{1,10})/([0-9]{1,19})", re.ASCII)
_COUNT = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def _place(text: str) -> tuple[str, int, int]:
    found = _PLACE.fullmatch(text)
    if found is None:
        raise DecodeError(
            f"bus-origin is {text[:60]!r}, expected topic/partition/offset"
        )
    return found[1], int(found[2]), int(found[3])


def _needed(found: dict[str, str], name: str) -> str:
    value = found.get(name)
    if not value:
        raise DecodeError(f"{name} is missing")
    return value


def _count(found: dict[str, str], name: str) -> int:
    text = _needed(found, name)
    if not _COUNT.fullmatch(text):
        raise DecodeError(f"{name} is {text[:40]!r}, expected a number")
    return int(text)
