"""Putting an edited record in another's place: written once, the original kept.

An edit begins with a mark beside the original; of several at once the first one has
it. Then the new record is written, with headers that name the original and the edit;
then the audit is; then the original is marked as replaced. Who asks again after a
crash in between learns of marks and headers how far it came, and does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

from bus.access.entities import Entity
from bus.delivery.marks import Edit, Fate, Mark, follow, mark
from bus.errors import (
    BrokerUnavailableError,
    ConflictError,
    Heals,
    PublishError,
)
from bus.event import Event
from bus.record import Headers, Message, Record
from bus.times import rfc3339
from processors.redrive.noting import note
from processors.subscriptions.world import World

PATIENCE_S = 120.0
"""Whatever an edit wrote is there by then: longer than a write is tried."""
_SLACK_MS = 60_000
_OF, _BY, _AT, _TOKEN = (
    f"orderbus-edited-{word}" for word in ("of", "by", "at", "token")
)


class Marks(Protocol):
    """Who knows what was said of a record."""

    async def marks(self, world: World, record: Record) -> Sequence[Mark]:
        """All of its marks so far, in the order in which they were written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An edited record before it is written.

    Attributes:
        known: Who knows the marks of the original.
        original: The record as it stands; its mark goes beside it.
        place: What it is known by, topic/partition/offset.
        before: SHA-256 of its value.
        event: What the new record says.
        message: The new record.
        entity: What the audit calls it, together with `entity_id`.
    """

    known: Marks
    original: Record
    place: str
    before: str
    event: Event
    message: Message = field(repr=False)
    entity: Entity
    entity_id: str

    @property
    def after(self) -> str:
        """SHA-256 of the new value."""
        return digest(self.message.value)


class Replaced(NamedTuple):
    """What came of an edit; `to` is empty where it was only tried.

    `already`: it had been done before, and was not done again.
    """

    of: str
    to: str
    type: str
    event_id: str
    order_id: str
    before: str
    after: str
    already: bool


def digest(value: bytes | None) -> str:
    """SHA-256 of a value."""
    return sha256(value or b"").hexdigest()


async def replace_record(
    world: World, draft: Draft, *, dry_run: bool = False
) -> Replaced:
    """Write the new record unless that was done; a `dry_run` says what would be.

    Raises:
        ConflictError: it was replaced by something else, replayed, discarded; or an
            edit of it is under way.
        PublishError: Kafka did not acknowledge it. Ask again: what was written then
            is found.
    """
    standing = await settled(world, draft)
    if standing is not None:
        edit = standing.edit
        if standing.fate is Fate.REPLACED and edit and edit.digest == draft.after:
            return _told(draft, edit.to, already=True)
        _refuse(world, draft, standing)
    if dry_run:
        return _told(draft, "")
    edit = Edit(world.random_bytes(12).hex(), draft.after, draft.message.topic)
    began = world.clock.monotonic()
    await _begin(world, draft, edit)
    if world.clock.monotonic() - began > PATIENCE_S / 2:
        raise BrokerUnavailableError("Kafka took too long to begin an edit; try again")
    to = await _write(world, draft, edit)
    await _end(world, draft, edit._replace(to=to), world.trail.actor)
    return _told(draft, to)


async def settled(world: World, draft: Draft) -> Mark | None:
    """What became of the original; an edit that broke off is ended if it can be."""
    standing = await _standing_mark(world, draft)
    if standing is None or standing.fate is not Fate.REPLACING or not standing.edit:
        return standing
    found = await _written(world, standing)
    if found is None:
        return standing
    to = f"{found.topic}/{found.partition}/{found.offset}"
    edit = standing.edit._replace(to=to)
    by = dict(found.headers).get(_BY, b"").decode(errors="replace")
    await _end(world, draft, edit, by)
    return standing._replace(fate=Fate.REPLACED, edit=edit)


async def _standing_mark(world: World, draft: Draft) -> Mark | None:
    """The mark that counts, by what its topic holds now; None while pending."""
    standing: Mark | None = None
    for one in await draft.known.marks(world, draft.original):
        standing = follow(standing, one, int(PATIENCE_S * 1000))
    return standing


def _refuse(world: World, draft: Draft, standing: Mark) -> None:
    place, edit = draft.place, standing.edit
    if standing.fate is Fate.REPLACED:
        to = f" by {edit.to}" if edit else ""
        raise ConflictError(f"{place} was replaced already, by another edit:{to}")
    if standing.fate is not Fate.REPLACING:
        raise ConflictError(f"{place} was {standing.fate.value} already")
    age_s = world.clock.now() - standing.at_ms / 1000
    if age_s <= PATIENCE_S:
        raise ConflictError(
            f"an edit of {place} was begun {max(0, age_s):.0f} s ago and has not ended;"
            " ask again in two minutes: if it broke off, this one is done then"
        )


async def _begin(world: World, draft: Draft, edit: Edit) -> None:
    """Have the original to ourselves.

    Raises:
        ConflictError: somebody was faster.
    """
    await world.publisher.publish(mark(draft.original, Fate.REPLACING, edit))
    standing = await _standing_mark(world, draft)
    if standing is not None and standing.edit and standing.edit.token == edit.token:
        return
    if standing is not None and standing.fate is not Fate.REPLACING:
        # Lists go by the last mark: it is to be the one that counts.
        again = mark(draft.original, standing.fate, standing.edit)
        await world.publisher.publish(again)
    raise ConflictError(f"{draft.place} is being changed by somebody else as well")


async def _write(world: World, draft: Draft, edit: Edit) -> str:
    at = datetime.fromtimestamp(world.clock.now(), UTC)
    made: Headers = (
        (_OF, draft.place.encode()),
        (_BY, world.trail.actor.encode()),
        (_AT, rfc3339(at).encode()),
        (_TOKEN, edit.token.encode()),
    )
    message = draft.message
    try:
        written = await world.publisher.publish(
            message._replace(headers=(*message.headers, *made))
        )
    except PublishError as error:
        if error.heals is Heals.NOTHING:  # never written: it is pending as before
            await world.publisher.publish(mark(draft.original, Fate.PENDING))
        raise
    return f"{written.topic}/{written.partition}/{written.offset}"


async def _written(world: World, standing: Mark) -> Record | None:
    """The record that an edit wrote before it broke off."""
    edit = standing.edit
    if edit is None:
        return None
    at_ms, token = standing.at_ms, edit.token.encode()
    async for batch in world.reader.read(
        edit.to,
        since_ms=max(0, at_ms - _SLACK_MS),
        until_ms=at_ms + int(PATIENCE_S * 1000) + _SLACK_MS,
    ):
        for record in batch:
            if (_TOKEN, token) in record.headers:
                return record
    return None


async def _end(world: World, draft: Draft, edit: Edit, by: str) -> None:
    before = {"place": draft.place, "sha256": draft.before}
    after = {"place": edit.to, "sha256": edit.digest, "by": by}
    await note(world, "edit", draft.entity, draft.entity_id, after, before)
    await world.publisher.publish(mark(draft.original, Fate.REPLACED, edit))


def _told(draft: Draft, to: str, *, already: bool = False) -> Replaced:
    event = draft.event
    return Replaced(
        draft.place,
        to,
        event.type,
        event.webhook_id,
        event.subject,
        draft.before,
        draft.after,
        already,
    )
