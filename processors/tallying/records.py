"""A tally as a record of `bus.intake.tallies`, and back: key `source/process`."""

from collections.abc import Mapping

import orjson

from bus.intake.health.tally import Seen, Tally, read_tally, tally_json
from bus.record import Message, Record


def tally_message(
    topic: str, source: str, process: str, tally: Tally, at: float
) -> Message:
    """Return a tally as it is now."""
    value = orjson.dumps(tally_json(tally, at))
    return Message(topic, f"{source}/{process}".encode(), value, (), 0)


def read_record(record: Record) -> tuple[str, str, Seen | None] | None:
    """Source, process, and what it has seen; None if the record is no such thing."""
    source, _, process = (record.key or b"").decode(errors="replace").partition("/")
    if not source or not process:
        return None
    try:
        fields: object = orjson.loads(record.value or b"null")
    except orjson.JSONDecodeError:
        return None
    found = read_tally(fields) if isinstance(fields, Mapping) else None
    return source, process, found
