"""What is in an event, in the forms that partners get and as it is published."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from xml.dom import minidom

from bus.access.roles import Scope
from bus.errors import BrokerUnavailableError, OrderbusError, RegistryUnavailableError
from bus.event import Event
from bus.log.rows import EventRow
from bus.webhook.rendering import Representation
from processors.gateway.routes import Asked
from processors.redrive.record_rows import body_as, record_whole, seen
from processors.redrive.records import Found, Kind, expired, record_at
from processors.subscriptions.world import World

FORMS: Mapping[str, str] = {
    "json": "JSON",
    "xml": "XML",
    "cloudevents": "CloudEvents",
    "avro": "Avro",
}
_BODIES = {
    "json": Representation.JSON,
    "xml": Representation.XML,
    "cloudevents": Representation.CLOUDEVENTS,
}
_NOT_YOURS = "This key may not read the content of events."
_AWAY = "Kafka or the schema registry gives no answer just now; try again."


@dataclass(frozen=True, slots=True)
class Payload:
    """The content in one form; empty, and why.

    `version` is that of its schema among those of its type, 0 if not known.
    """

    text: str = ""
    why: str = ""
    event: Event | None = None
    bytes: int = 0
    schema_id: int | None = None
    version: int = 0
    headers: Sequence[tuple[str, str]] = ()


async def payload_of(asked: Asked, row: EventRow, form: str) -> Payload:
    """Read it from Kafka, where the log says that it stands."""
    if not asked.by.may(Scope.EVENTS_READ):
        return Payload(why=_NOT_YOURS)
    world = asked.api.world
    try:
        found = await record_at(world, row.at)
        if found is None:
            return Payload(why=await _gone(world, row))
        return await _read(world, found, row, form)
    except (BrokerUnavailableError, RegistryUnavailableError):
        return Payload(why=_AWAY)
    except OrderbusError as error:
        return Payload(why=f"It cannot be read: {error}.")


async def _gone(world: World, row: EventRow) -> str:
    if await expired(world, row.at):
        return "Kafka has deleted it after its topic's time."
    return "Nothing stands there any more: its topic was made anew."


async def _read(world: World, found: Found, row: EventRow, form: str) -> Payload:
    now = await seen(world, found)
    if found.kind is not Kind.EVENT or now.event is None:
        return Payload(why=f"It cannot be decoded: {now.why}.")
    if now.event.webhook_id != row.event_id:
        return Payload(why="Another event stands there: its topic was made anew.")
    whole = record_whole(found, now)
    body = _BODIES.get(form)
    if body is None:
        text = _json(whole["data"])
    else:
        text = _indented(body_as(world, found, now.event, body), body)
    schema_id = cast("int | None", whole["schema_id"])
    return Payload(
        text=text,
        event=now.event,
        bytes=cast("int", whole["bytes"]),
        schema_id=schema_id,
        version=await _version(world, row, schema_id),
        headers=[(name, _shown(value)) for name, value in found.record.headers],
    )


async def _version(world: World, row: EventRow, schema_id: int | None) -> int:
    """Which one of its type's schemas it is, the oldest being the first."""
    if not schema_id:
        return 0
    known = await world.schemas.by_type(row.at.topic, row.event_type)
    ids = [one.id for one in reversed(known)]
    return ids.index(schema_id) + 1 if schema_id in ids else 0


def _indented(body: bytes, form: Representation) -> str:
    if form is not Representation.XML:
        return _json(json.loads(body))
    # Our own body, made a moment ago: nothing of others is parsed.
    parsed = minidom.parseString(body)  # noqa: S318
    return parsed.toprettyxml(indent="  ").strip()


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _shown(value: bytes | None) -> str:
    return "" if value is None else value.decode(errors="replace")
