"""Publishing what somebody else has written as JSON: checked, then acknowledged."""

import asyncio
import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID, uuid5

from bus.client.producer import EventWriter, make_event
from bus.contracts.catalogue import Catalogue
from bus.contracts.natural import take_json
from bus.delivery.own import is_own
from bus.errors import InvalidEventError, PublishError
from bus.event import Data, Event
from bus.native.taking import Found
from bus.record import Written

_NEEDED = ("order_id", "occurred_at", "channel")
"""What an event's attributes are made of."""
ORDER_ID = r"[^\x00-\x1f\x7f]{1,200}"
"""An order's id that a path can name; what comes over Kafka may have another."""
_NAMESPACE = UUID("0d1f9a54-6f0e-5b7c-8f0f-6f2b9a1c7e55")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An event that somebody wants published; `data` as `jsontext.read_json` reads."""

    type: str
    data: Mapping[str, object]
    id: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A wish whose data match the schema: they as far as needed, and their Avro."""

    type: str
    data: Data
    body: bytes
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
_Begun: TypeAlias = tuple[Event, Awaitable[Written]]


def checked(catalogue: Catalogue, wish: Wish) -> Ready:
    """What becomes an event of a wish.

    Raises:
        InvalidEventError: it does not match its schema, or there is no such type, or
            only the bus itself writes such.
    """
    if is_own(wish.type):
        raise InvalidEventError("type", "ops events are what the bus says of itself")
    schema = catalogue.schema(wish.type)
    data, body = take_json(schema, dict(wish.data), needed=_NEEDED)
    return Ready(type=wish.type, data=data, body=body, id=wish.id, source=wish.source)


def found_ready(found: Found) -> Ready:
    """The same of what was found to match its schema when it was read."""
    attributes = (found.order_id, found.occurred_at, found.channel)
    return Ready(
        type=found.type,
        data=dict(zip(_NEEDED, attributes, strict=True)),
        body=found.body,
        id=found.id,
        source=found.source,
    )


def repeatable_id(tenant: str, key: str, place: int, digest: str) -> str:
    """The id of the event at a place of a request that may be sent again.

    The same request gives the same ids; another one under the same key others, so
    that no two events are ever taken for one. `digest` is of what the event says.
    """
    return str(uuid5(_NAMESPACE, f"{len(tenant)} {tenant} {place} {digest} {key}"))


async def publish(writer: EventWriter, ready: Sequence[Ready]) -> Sequence[Result]:
    """Publish each that is an event; the results stand in the order of the wishes.

    Events of one order are written in that order.

    Raises:
        IncompatibleSchemaError, RegistryUnavailableError: a schema cannot be
            registered; some may have been written.
    """
    if not writer.is_ready({one.type for one in ready}):
        return await asyncio.gather(*(_publish(writer, one) for one in ready))
    begun: list[_Begun | NotPublished] = []
    try:
        begun.extend(_begun(writer, one) for one in ready)
        return [
            one if isinstance(one, NotPublished) else await _ended(*one)
            for one in begun
        ]
    finally:
        for one in begun:  # whoever leaves before all is acknowledged
            if isinstance(one, tuple) and isinstance(one[1], asyncio.Future):
                one[1].cancel()


def _event(ready: Ready) -> Event:
    if not re.fullmatch(ORDER_ID, str(ready.data.get("order_id") or "")):
        why = "expected 1 to 200 characters, none of them a control character"
        raise InvalidEventError("order_id", why)
    return make_event(ready.type, ready.data, event_id=ready.id, source=ready.source)


def _begun(writer: EventWriter, ready: Ready) -> _Begun | NotPublished:
    try:
        event = _event(ready)
        return event, writer.write_now(event, ready.body)
    except InvalidEventError as error:
        return NotPublished(error)


async def _ended(event: Event, written: Awaitable[Written]) -> Result:
    try:
        return Published(event, (await written)._replace(event_id=event.id))
    except PublishError as error:
        return NotPublished(error, event)


async def _publish(writer: EventWriter, ready: Ready) -> Result:
    """One of a type that has to be registered first, or that is traced."""
    try:
        event = _event(ready)
    except InvalidEventError as error:
        return NotPublished(error)
    try:
        return Published(event, await writer.write(event, ready.body))
    except (InvalidEventError, PublishError) as error:
        return NotPublished(error, event)
