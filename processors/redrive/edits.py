"""Edits of payloads: a quarantined record put right, a refused dead letter corrected.

The edited data has to match the schema of its event type. A quarantined record goes
onto its source topic, since nobody has had it; a dead letter to its own subscription
only, since all others have. Both keep the identity that they had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bus.access.entities import Entity
from bus.client.producer import EventWriter, check_attributes, make_event
from bus.contracts.natural import from_json
from bus.delivery.attributes import Attributes
from bus.delivery.delivery import Reason
from bus.delivery.headers import event_headers
from bus.delivery.marks import Edit, Fate, mark
from bus.delivery.structured import attributes_in
from bus.delivery.subscription import Subscription
from bus.errors import ConflictError, DecodeError, InvalidEventError
from bus.event import Data, Event
from bus.identity import made_up_id
from bus.record import Message, Record
from processors.redrive.again import anew
from processors.redrive.letters import Letter
from processors.redrive.quarantine import Item
from processors.redrive.replacing import (
    Draft,
    Marks,
    Replaced,
    digest,
    replace_record,
    settled,
)
from processors.subscriptions.world import World

EDITABLE = (Reason.REFUSED.value, Reason.UNRENDERABLE.value)
"""Reasons that are about what was sent; for others a replay is the remedy."""
_EDITED = (Fate.REPLACING, Fate.REPLACED)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where edits are made: who writes events, who knows the marks of originals."""

    world: World
    writer: EventWriter
    known: Marks


@dataclass(frozen=True, slots=True)
class Payload:
    """What is to be written instead, as `jsontext.read_json` reads it.

    `type` is needed where the original does not say it.
    """

    data: Mapping[str, object]
    type: str | None = None


def can_edit(letter: Letter) -> bool:
    """Whether a dead letter may be edited: pending, and its payload is at fault."""
    whole = letter.state is not None and letter.event is not None
    return whole and letter.fate is Fate.PENDING and letter.reason in EDITABLE


# --- quarantined records


async def replace_item(
    desk: Desk,
    items: Sequence[Item],
    payload: Payload,
    *,
    dry_run: bool = False,
) -> Replaced:
    """Publish an edited record for one in quarantine.

    `items` are all that were put aside from one place: the same record, more than
    once after a crash.

    Raises:
        InvalidEventError: the data does not match the schema of its type.
        ConflictError: as `replace_record`; or it is a delivery, not an event.
        PublishError: as `replace_record`.
    """
    world = desk.world
    first = min(items, key=lambda one: (one.fate not in _EDITED, _order(one.record)))
    if (owner := world.topology.owner(first.topic)) is not None:
        raise ConflictError(
            f"{first.place} is a delivery on its way to {owner}, whose event stands in"
            f" its source topic: bus replay {owner} delivers it again"
        )
    draft = await _item_draft(desk, first, payload)
    done = await replace_record(world, draft, dry_run=dry_run)
    if not dry_run:
        same = Edit("", done.after, done.to)
        for twin in items:
            if twin is not first and twin.fate is Fate.PENDING:
                await world.publisher.publish(mark(twin.record, Fate.REPLACED, same))
    return done


async def _item_draft(desk: Desk, item: Item, payload: Payload) -> Draft:
    writer = desk.writer
    event = _event_of(writer, item.source, payload)
    message = Message(
        writer.catalogue.topic(event.type),
        event.subject.encode(),
        await writer.encoded(event),
        event_headers(event),
    )
    return Draft(
        known=desk.known,
        original=item.record,
        place=item.place,
        before=digest(item.source.value),
        event=event,
        message=message,
        entity=Entity.QUARANTINE,
        entity_id=desk.world.topology.quarantine,
    )


def _order(record: Record) -> tuple[int, int]:
    return record.partition, record.offset


def _event_of(writer: EventWriter, source: Record, payload: Payload) -> Event:
    """The edited event under the identity that its record would have had."""
    said = _said(source)
    event_type = payload.type or (said.type if said else None)
    if not event_type:
        raise InvalidEventError("type", "the record does not say it: name it")
    data = _data(writer, event_type, payload)
    made_up, origin = made_up_id(source), f"/{source.topic}"
    if said is None:
        return make_event(event_type, data, event_id=made_up, source=origin)
    event = replace(
        make_event(
            event_type,
            data,
            event_id=said.id or made_up,
            source=said.source or origin,
        ),
        traceparent=said.traceparent,
        extensions=said.extensions,
    )
    try:
        check_attributes(event)
    except InvalidEventError:
        return replace(event, id=made_up)
    return event


def _said(source: Record) -> Attributes | None:
    """What a record says of its event, as far as it can be read."""
    try:
        return attributes_in(source)
    except DecodeError:
        return None


def _data(writer: EventWriter, event_type: str, payload: Payload) -> Data:
    return from_json(writer.catalogue.schema(event_type), dict(payload.data))


# --- dead letters


async def replace_letter(
    desk: Desk,
    subscription: Subscription,
    letters: Sequence[Letter],
    payload: Payload,
    *,
    dry_run: bool = False,
) -> Replaced:
    """Send an edited event to a subscription for the one that it refused.

    `letters` are all dead letters of the event, oldest first. The newest pending one
    is meant, unless the same edit was made of an earlier one already.

    Raises:
        InvalidEventError: the data does not match the schema of its type, or is of
            another type or order.
        ConflictError: as `replace_record`; or its payload is not what was refused.
        PublishError: as `replace_record`.
    """
    world = desk.world
    drafts = [
        await _draft(desk, subscription, letter, payload)
        for letter in letters
        if letter.fate in _EDITED
    ]
    for draft in drafts:
        standing = await settled(world, draft)
        if standing and standing.edit and standing.edit.digest == draft.after:
            return await replace_record(world, draft, dry_run=dry_run)
    pending = [letter for letter in letters if letter.fate is Fate.PENDING]
    meant = (pending or list(letters))[-1]
    if meant.reason not in EDITABLE:
        raise ConflictError(
            f"its payload is not what was refused: it is a dead letter by"
            f" {meant.reason}; replay it as it is"
        )
    draft = await _draft(desk, subscription, meant, payload)
    return await replace_record(world, draft, dry_run=dry_run)


async def _draft(
    desk: Desk, subscription: Subscription, letter: Letter, payload: Payload
) -> Draft:
    world, writer = desk.world, desk.writer
    state, event, at = letter.state, letter.event, letter.record
    place = f"{at.topic}/{at.partition}/{at.offset}"
    if state is None or event is None:
        raise ConflictError(f"{place} is damaged: it can only be discarded")
    edited = _corrected(writer, event, payload)
    value = await writer.encoded(edited)
    whole = at._replace(value=value, headers=event_headers(edited))
    message = anew(
        world.topology,
        subscription,
        whole,
        edited,
        origin=state.origin.from_now(int(world.clock.now() * 1000)),
        replay=state.replay + 1,
    )
    elsewhere = letter.elsewhere
    return Draft(
        known=desk.known,
        original=at,
        place=place,
        before=elsewhere.digest if elsewhere else digest(at.value),
        event=edited,
        message=message,
        entity=Entity.LETTERS,
        entity_id=subscription.id,
    )


def _corrected(writer: EventWriter, event: Event, payload: Payload) -> Event:
    """The same event with other data: neither another type nor another order."""
    if payload.type not in {None, event.type}:
        raise InvalidEventError("type", f"expected {event.type}, the original's")
    data = _data(writer, event.type, payload)
    made = make_event(event.type, data, event_id=event.id, source=event.source)
    if made.subject != event.subject:
        raise InvalidEventError("order_id", f"expected {event.subject}")
    return replace(event, data=data, time=made.time)
