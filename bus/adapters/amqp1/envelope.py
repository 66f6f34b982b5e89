"""A parcel as AMQP 1.0 carries it: the body one section of data, the rest in fields.

What a webhook has in its headers is in application properties under the same names in
lower case; the event's CloudEvents attributes stand beside them as CloudEvents'
binding to AMQP 1.0 has them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bus.adapters.amqp1.codec import (
    NULL,
    TRUE,
    Described,
    Garbled,
    Reader,
    binary,
    composite,
    described,
    map_,
    string,
    symbol,
    timestamp,
)
from bus.delivery.headers import event_headers
from bus.event import Event
from bus.sending import Parcel

_HEADER, _PROPERTIES, _APPLICATION, _DATA = 0x70, 0x73, 0x74, 0x75
_CONTENT_TYPE_PLACE = 6
_CONTENT_TYPE = "content-type"
_ATTRIBUTE, _THEIRS = "ce_", "cloudEvents_"
DUPLICATES = "_AMQ_DUPL_ID"
"""By which Artemis knows what it has already."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def written(parcel: Parcel) -> bytes:
    """An attempt's message: `message-id` tells duplicates, `group-id` the order."""
    own = {name.lower(): value for name, value in parcel.headers}
    content_type = own.pop(_CONTENT_TYPE)
    event = parcel.event
    texts = {**_attributes(parcel), **own, DUPLICATES: parcel.id}
    return b"".join(
        (
            composite(_HEADER, TRUE),
            composite(
                _PROPERTIES,
                *(string(parcel.id), NULL, NULL, string(event.type), NULL, NULL),
                *(symbol(content_type), NULL, NULL),
                timestamp((event.time - _FIRST) // timedelta(milliseconds=1)),
                string(event.subject) if event.subject else NULL,
            ),
            described(
                _APPLICATION, map_({name: string(one) for name, one in texts.items()})
            ),
            described(_DATA, binary(parcel.body)),
        )
    )


class Message(NamedTuple):
    """A message as it arrived: its texts by name, and its body."""

    texts: Mapping[str, str]
    body: bytes
    kind: str
    """Its `subject`: the event's type."""
    group: str


def read(data: bytes) -> Message:
    """Read a message. Sections that are no concern of ours are passed over.

    Raises:
        Garbled: it is none.
    """
    reader = Reader(data)
    texts: dict[str, str] = {}
    body = b""
    places: list[object] = []
    while not reader.ended:
        section = reader.value()
        if not isinstance(section, Described):
            raise Garbled("expected a section of a message")
        match section.descriptor, section.value:
            case 0x73, list() as found:
                places = found
            case 0x74, dict() as found:
                texts |= {str(name): _text(one) for name, one in found.items()}
            case 0x75, bytes() as piece:
                body += piece
            case 0x77, str() | bytes() as whole:
                body = whole.encode() if isinstance(whole, str) else whole
            case _:
                pass
    if content_type := _at(places, _CONTENT_TYPE_PLACE):
        texts[_CONTENT_TYPE] = content_type
    return Message(texts, body, _at(places, 3), _at(places, 10))


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _at(places: list[object], place: int) -> str:
    found = places[place] if place < len(places) else None
    return found if isinstance(found, str) else ""


def _attributes(parcel: Parcel) -> Mapping[str, str]:
    """The event's, as CloudEvents names them."""
    return {
        _THEIRS + name.removeprefix(_ATTRIBUTE): value.decode("utf-8", "replace")
        for name, value in event_headers(_unicode(parcel.event))
        if name.startswith(_ATTRIBUTE)
    }


def _unicode(event: Event) -> Event:
    """The event, with what is no Unicode in its order id replaced."""
    subject = event.subject.encode("utf-8", "replace").decode()
    return event if subject == event.subject else replace(event, subject=subject)
