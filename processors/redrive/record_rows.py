"""A record at its place as plain values: for JSON and pages."""

import base64
from typing import NamedTuple

from bus.delivery.expressions import compile_expression
from bus.errors import DecodeError, RegistryUnavailableError
from bus.event import Event
from bus.record import Record
from bus.webhook.document import document, plain
from bus.webhook.rendering import Representation, render
from processors.redrive.item_rows import headers_of, schema_id_of, text_of
from processors.redrive.letter_rows import Row, moment
from processors.redrive.records import Found, event_of
from processors.subscriptions.world import World


class Seen(NamedTuple):
    """What a record decodes to by now; None, and why, if to nothing."""

    event: Event | None
    why: str


async def seen(world: World, found: Found) -> Seen:
    """Decode it; a registry that is away is a reason like any other."""
    try:
        return Seen(await event_of(world, found), "")
    except DecodeError as error:
        return Seen(None, str(error))
    except RegistryUnavailableError:
        return Seen(None, "the schema registry gives no answer; try again")


def record_whole(found: Found, now: Seen) -> Row:
    """All there is to say of a record."""
    record, state = found.record, found.state
    content = record if found.source is None else found.source
    return {
        "place": _place(record),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "kind": found.kind.value,
        "at": moment(record.timestamp_ms),
        "key": text_of(record.key),
        "headers": [*headers_of(record.headers)],
        "subscription": state.subscription if state else None,
        "reason": state.reason.value if state and state.reason else None,
        "attempts": state.attempts if state else None,
        "detail": (found.aside.why if found.aside else "")
        or (state.detail if state else ""),
        "origin": _place(content) if _is_elsewhere(found) else None,
        "schema_id": schema_id_of(content.value),
        "bytes": len(content.value or b""),
        "value": _base64(content.value),
        "problem": now.why or None,
        "type": now.event.type if now.event else None,
        "data": plain(dict(now.event.data)) if now.event else None,
        "event": document(now.event) if now.event else None,
    }


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def _is_elsewhere(found: Found) -> bool:
    return found.source is not None and _place(found.source) != _place(found.record)


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def body_as(world: World, found: Found, event: Event, form: Representation) -> bytes:
    """The body that partners get of it, in some form.

    A delivery's is its subscription's, transform included, as long as there is one.

    Raises:
        RenderError: the transform fails on it.
    """
    one = world.table.get(found.state.subscription) if found.state else None
    text = one.transform if one else None
    transform = compile_expression(text, "transform") if text else None
    return render(document(event), form, transform)
