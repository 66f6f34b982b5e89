"""What is in an event, in the forms that partners get and as it is published."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from xml.dom import minidom

from bus.errors import OrderbusError
from bus.event import Event
from bus.log.rows import EventRow
from bus.webhook.rendering import Representation
from processors.gateway.reaching import Content
from processors.gateway.routes import Asked
from processors.redrive.record_rows import body_as, record_whole
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


async def payload_of(
    asked: Asked, row: EventRow, content: Content, form: str
) -> Payload:
    """What was read of it, in a form."""
    event, found, now, why = content
    if event is None or found is None or now is None:
        return Payload(why=why)
    world = asked.api.world
    try:
        whole = record_whole(found, now)
        body = _BODIES.get(form)
        if body is None:
            text = _json(whole["data"])
        else:
            text = _indented(body_as(world, found, event, body), body)
        schema_id = cast("int | None", whole["schema_id"])
        version = await _version(world, row, schema_id)
    except OrderbusError as error:
        return Payload(why=f"It cannot be read: {error}.", event=event)
    return Payload(
        text=text,
        event=event,
        bytes=cast("int", whole["bytes"]),
        schema_id=schema_id,
        version=version,
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
