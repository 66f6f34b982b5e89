"""Who wrote a record, as it says itself, also where nobody could decode it."""

from contextlib import suppress

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError
from bus.record import Record

_SOURCE = "ce_source"
MOST_CHARS = 256
"""What is longer is cut: it is to be told and filtered, not to be believed."""


def sender_of(record: Record) -> str:
    """Return the event's source: its header, or that of a CloudEvent in JSON.

    It is what whoever wrote the record says; empty if nothing is said, or not as text.
    """
    for name, value in reversed(record.headers):
        if name == _SOURCE and value:
            return value.decode(errors="backslashreplace")[:MOST_CHARS]
    return _in_envelope(record.value or b"")


def _in_envelope(value: bytes) -> str:
    """What a CloudEvent in structured mode says; anything else says nothing."""
    if value[:1] != b"{":
        return ""
    with suppress(DecodeError):
        envelope = read_json(value)
        if isinstance(envelope, dict) and isinstance(envelope.get("source"), str):
            return str(envelope["source"])[:MOST_CHARS]
    return ""
