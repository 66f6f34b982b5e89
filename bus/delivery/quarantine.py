"""What stands in the quarantine topic, and what it means to a producer.

A quarantined record is the record as it was, with headers behind its own: why, where
it stood and since when, when it was put aside. Its own headers may have the same
names, so the last of each counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bus.delivery.small import without_place
from bus.record import Headers, Record

_PREFIX = "bus-quarantine-"
_WORDS = frozenset({"reason", "origin", "origin-ms", "topic-id", "at-ms"})
_UNREADABLE = "unreadable_headers"
_NO_BATCH = "unreadable_batch"
_PLACE = re.compile(r"([^/]+)/([0-9]{1,10})/([0-9]{1,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record as it stood in its topic, and what was said when it was put aside.

    `source` has the place the record came from, where that is known: `place` is then
    `topic/partition/offset`, else "". `at_ms` is when it was put aside.
    """

    source: Record
    place: str
    why: str
    at_ms: int


def is_quarantined(record: Record) -> bool:
    """Whether a record of the quarantine topic is one; others there are marks."""
    return any(name == f"{_PREFIX}reason" for name, _ in record.headers)


def read_quarantined(record: Record) -> Quarantined:
    """Read a quarantined record; what is damaged is as if it were not there."""
    record = without_place(record)
    ours = _ours(record.headers)
    place = _text(ours.get("origin"))
    found = _PLACE.fullmatch(place)
    source = record._replace(headers=record.headers[: len(record.headers) - len(ours)])
    if found is not None:
        source = source._replace(
            topic=found[1],
            partition=int(found[2]),
            offset=int(found[3]),
            timestamp_ms=_number(ours.get("origin-ms"), record.timestamp_ms),
            topic_id=_text(ours.get("topic-id")),
        )
    why = _text(ours.get("reason"))
    if meaning_of(why).code in {_UNREADABLE, _NO_BATCH}:
        # Without them it would be another event: it stays what it was.
        source = source._replace(unreadable=why)
    return Quarantined(
        source,
        place if found else "",
        why,
        _number(ours.get("at-ms"), record.timestamp_ms),
    )


def _ours(headers: Headers) -> Mapping[str, bytes]:
    """The headers that were put behind the record's own, by what they say."""
    found: dict[str, bytes] = {}
    for name, value in reversed(headers):
        word = name.removeprefix(_PREFIX)
        if word == name or word in found or word not in _WORDS:
            break
        found[word] = value
    return found


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="backslashreplace")


def _number(value: bytes | None, otherwise: int) -> int:
    text = _text(value)
    return int(text) if re.fullmatch("-?[0-9]{1,19}", text, re.ASCII) else otherwise


# --- reasons, for people


class Meaning(NamedTuple):
    """What a reason means. `code` is for filters; it never changes its meaning."""

    code: str
    words: str
    todo: str


_MEND = "Mend the producer and send the event again, then discard this record."
_NOT_READ_JSON = (
    r"^(no JSON:|the JSON |the CloudEvent |a batch of CloudEvents|datacontenttype "
    r"|data_base64 |expected the event's data|application/cloudevents)"
)
_ROWS: tuple[tuple[str, Meaning], ...] = (
    (
        r"^expired:",
        Meaning(
            "expired",
            "The record was too large for quarantine, and its topic has deleted it.",
            "Nothing is left to deliver: discard it, and send the event again.",
        ),
    ),
    (
        r"^its batch cannot be read",
        Meaning(
            _NO_BATCH,
            "The batch the record came in is corrupt, or too large once it is "
            "decompressed, so that nothing of it can be read.",
            "Send the event again, in smaller batches, then discard this record.",
        ),
    ),
    (
        r"^the data is no ",
        Meaning(
            "not_of_its_type",
            "The JSON data does not match the schema of its event type; the detail "
            "names the first field that does not, and why.",
            "Register the schema that the producer means, then replay; or: " + _MEND,
        ),
    ),
    (
        _NOT_READ_JSON,
        Meaning(
            "not_read_json",
            "The event is in JSON, or in another format of CloudEvents, and not as it "
            "can be read; the detail says why.",
            "See docs/producers.md for how events in JSON are written. " + _MEND,
        ),
    ),
    (
        r"^no value|^a record without value",
        Meaning(
            "no_value",
            "The record is empty: a tombstone, or a message without a value.",
            "Nothing can be delivered of it: discard it. Events are never deleted by "
            "tombstones.",
        ),
    ),
    (
        r"^bus-",
        Meaning(
            "damaged_hop",
            "A record of the bus's own retry topics lost what the bus wrote to it.",
            "Find who writes to bus.* topics besides the bus. The event itself still "
            "stands in its source topic: bus replay delivers it again.",
        ),
    ),
    (
        r"registry has no schema|no schema with id",
        Meaning(
            "unknown_schema",
            "The schema registry does not know the schema id in the value.",
            "The producer uses another registry, or its schema was deleted. Register "
            "the schema under this id, or point the producer here; then replay.",
        ),
    ),
    (
        r"schema .{1,80} cannot be used",
        Meaning(
            "unusable_schema",
            "The registry's schema with this id is none of an event's.",
            "Register a schema of an Avro record that `bus schemas check` takes. "
            + _MEND,
        ),
    ),
    (
        r"registry",
        Meaning(
            "registry_refused",
            "The schema registry did not give out the schema of this record.",
            "See what the registry says of this id, mend that, then replay.",
        ),
    ),
    (
        r"headers cannot be read|header's name|header name",
        Meaning(
            _UNREADABLE,
            "A header's name is no UTF-8 text, so that no header can be read.",
            "Use plain ASCII names for headers. " + _MEND,
        ),
    ),
    (
        r"first byte is 0x|too few to hold a schema id",
        Meaning(
            "not_framed",
            "The value does not begin with a schema id, so that nobody can know how "
            "to read it.",
            "Write with bus.Producer, or with an Avro serializer that uses a schema "
            "registry (Confluent's framing). " + _MEND,
        ),
    ),
    (
        r"do not hold a|left over after|does not match|is nested|expected .* schema",
        Meaning(
            "not_of_its_schema",
            "The value is not what its schema says: cut off, or written with "
            "another schema than the id names.",
            "Let the serializer register the very schema it writes with. " + _MEND,
        ),
    ),
    (
        r"^no event type|ce_type",
        Meaning(
            "no_event_type",
            "Nothing says what kind of event this is, or not in a way to be read.",
            'Send a ce_type header, or register a schema with an "event_type". '
            + _MEND,
        ),
    ),
    (
        r"^no order|order_id|ce_subject|the key is not",
        Meaning(
            "no_order",
            "Nothing says which order this is about.",
            "Send a ce_subject header, an order_id in the data, or the order id as "
            "the key. " + _MEND,
        ),
    ),
    (
        r"ce_|occurred_at|timestamp -?\d+ ms|content-type|is there twice",
        Meaning(
            "bad_attribute",
            "One of the event's attributes is there twice or malformed; the detail "
            "names it.",
            "See docs/producers.md for what each header may hold. " + _MEND,
        ),
    ),
    (
        r"too large|larger than",
        Meaning(
            "too_large",
            "The record is larger than the bus may carry on.",
            "Send less with an event, or raise the limits of the topics. " + _MEND,
        ),
    ),
)
_OTHER = Meaning(
    "other",
    "The record cannot be read as an event; the detail says why.",
    "Replay it once what the detail names is mended, or discard it.",
)
CODES = (*(meaning.code for _, meaning in _ROWS), _OTHER.code)
_MEANINGS = tuple((re.compile(pattern), meaning) for pattern, meaning in _ROWS)


def meaning_of(why: str) -> Meaning:
    """What a reason, as the decoder said it, means to who sent the record."""
    return next((m for pattern, m in _MEANINGS if pattern.search(why)), _OTHER)
