"""Publishing what somebody else has written as JSON: checked, then acknowledged."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID, uuid5

from bus.client.producer import EventWriter, make_event
from bus.contracts.catalogue import Catalogue
from bus.contracts.natural import take_json
from bus.delivery.own import is_own
from bus.errors import InvalidEventError, PublishError
from bus.event import Event
from bus.record import Written

_NEEDED = ("order_id", "occurred_at", "channel")
"""What an event's attributes are made of."""
_NAMESPACE = UUID("0d1f9a54-6f0e-5b7c-8f0f-6f2b9a1c7e55")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An event that somebody wants published; `data` as `jsontext.read_json` reads."""

    type: str
    data: Mapping[str, object]
    id: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """An event that Kafka has acknowledged on all replicas in sync."""

    event: Event
    written: Written


@dataclass(frozen=True, slots=True)
class NotPublished:
    """A wish that did not become a record. `event` is None if it is none."""

    error: InvalidEventError | PublishError
    event: Event | None = None


Result: TypeAlias = Published | NotPublished


def event_of(catalogue: Catalogue, wish: Wish) -> tuple[Event, bytes]:
    """The event of a wish, its data as far as it is needed, and its Avro body.

    Raises:
        InvalidEventError: it does not match its schema, or there is no such type, or
            only the bus itself writes such.
    """
    if is_own(wish.type):
        raise InvalidEventError("type", "ops events are what the bus says of itself")
    schema = catalogue.schema(wish.type)
    data, body = take_json(schema, dict(wish.data), needed=_NEEDED)
    event = make_event(wish.type, data, event_id=wish.id, source=wish.source)
    return event, body


def repeatable_id(tenant: str, key: str, place: int, content: bytes) -> str:
    """The id of the event at a place of a request that may be sent again.

    The same request gives the same ids; another one under the same key others, so
    that no two events are ever taken for one.
    """
    digest = hashlib.sha256(content).hexdigest()
    return str(uuid5(_NAMESPACE, f"{len(tenant)} {tenant} {place} {digest} {key}"))


async def publish(writer: EventWriter, wishes: Sequence[Wish]) -> Sequence[Result]:
    """Publish each that is an event; the results stand in the order of the wishes.

    Events of one order are written in that order.

    Raises:
        IncompatibleSchemaError, RegistryUnavailableError: a schema cannot be
            registered; some may have been written.
    """
    return await asyncio.gather(*(_publish(writer, wish) for wish in wishes))


async def _publish(writer: EventWriter, wish: Wish) -> Result:
    try:
        event, body = event_of(writer.catalogue, wish)
    except InvalidEventError as error:
        return NotPublished(error)
    try:
        return Published(event, await writer.write(event, body))
    except (InvalidEventError, PublishError) as error:
        return NotPublished(error, event)
