"""What is still to be fetched, as a record of the source's tier and dead-letter topics.

It holds what the template needs, not a URL and no secret: by which address and with
which credentials it is fetched, the channel and its source say at that time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

import orjson

from bus.errors import DecodeError
from bus.intake.submission import Place
from bus.record import Message, Record
from bus.times import read_rfc3339, rfc3339

_FORMAT = 1
_DELAYS_NOT_COUNTED = 429
_NEVER = frozenset({400, 405, 406, 410, 411, 413, 414, 415, 422})
_GOOD = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One document that is to be fetched.

    Attributes:
        source: Whose.
        order_id: The order it is about, for people and for the order of things.
        fields: What the template needs of the event.
        place: Where the message stands that it was left out of; `part` which of it.
        key: The Kafka key of that record, which the document's will have.
        since: When the message reached us.
        attempts: How many times it was tried.
        why: What the last try came to.
    """

    source: str
    order_id: str
    fields: Mapping[str, str]
    place: Place
    since: datetime
    part: int = 0
    key: bytes | None = field(default=None)
    attempts: int = 0
    why: str = ""


class Verdict(StrEnum):
    """What an answer means."""

    GOOD = "good"
    AGAIN = "again"
    LATER = "later"
    NEVER = "never"


def judge(status: int) -> Verdict:
    """What the status of an answer means.

    LATER is not counted as a try: the API only asks to be left alone for a while. What
    is not there (404) may come to be: messages overtake what they tell of.
    """
    if status in _GOOD:
        return Verdict.GOOD
    if status == _DELAYS_NOT_COUNTED:
        return Verdict.LATER
    return Verdict.NEVER if status in _NEVER else Verdict.AGAIN


def wanted_message(topic: str, wanted: Wanted) -> Message:
    """The record of what is to be fetched."""
    said = {
        "v": _FORMAT,
        "source": wanted.source,
        "order_id": wanted.order_id,
        "fields": dict(wanted.fields),
        "place": [wanted.place.topic, wanted.place.partition, wanted.place.offset],
        "part": wanted.part,
        "key": None if wanted.key is None else wanted.key.decode(errors="replace"),
        "since": rfc3339(wanted.since),
        "attempts": wanted.attempts,
        "why": wanted.why,
    }
    return Message(topic, wanted.order_id.encode(), orjson.dumps(said))


def read_wanted(record: Record) -> Wanted:
    """What a record wants fetched.

    Raises:
        DecodeError: It cannot be read.
    """
    try:
        said: object = orjson.loads(record.value or b"")
        if not isinstance(said, dict) or said.get("v") != _FORMAT:
            raise DecodeError(
                "no record of something to be fetched, or of another form"
            )
        topic, partition, offset = cast("list[object]", said["place"])
        key = said.get("key")
        return Wanted(
            source=str(said["source"]),
            order_id=str(said["order_id"]),
            fields={str(n): str(v) for n, v in dict(said["fields"]).items()},
            place=Place(str(topic), int(str(partition)), int(str(offset))),
            part=int(said.get("part") or 0),
            key=None if key is None else str(key).encode(),
            since=read_rfc3339(str(said["since"])).astimezone(UTC),
            attempts=int(said.get("attempts") or 0),
            why=str(said.get("why") or ""),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise DecodeError(
            f"something to be fetched that cannot be read: {error}"
        ) from None
