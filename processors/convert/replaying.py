"""Converting stored submissions once more, by today's channels; first, what changes.

A plan compares what a submission comes to now with what was told of it; a replay sends
only what differs. It is appended to the raw topic as a submission that names the first
one, so that it takes its turn with all others of its orders.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5

from bus.errors import ConfigurationError, DecodeError
from bus.event import Event
from bus.intake.comparing import (
    Difference,
    How,
    Said,
    Slot,
    compare,
    data_said,
    parts_said,
)
from bus.intake.converting import Converted
from bus.intake.merging.identity import replay_headers
from bus.intake.merging.notes import Became, Note
from bus.intake.raw import place_text, to_message
from bus.intake.sources import Source
from bus.record import Message
from processors.convert.stored import (
    Desk,
    Meant,
    Stored,
    converted,
    notes_of,
    submissions,
)
from processors.redrive.events import Events

_NAMESPACE = UUID("c6a1b3f2-4a0e-5f4a-8b57-1f0a3b9c6d10")
_TOPIC = "oms.intake"
_AT_ONCE = 500
_MOST = 200_000
_SENT = (How.NEW, How.CHANGED)


@dataclass(frozen=True, slots=True)
class Planned:
    """One part that comes to something else than what was told of it.

    `became`: what was written down of it; empty: nothing.
    """

    stored: Stored
    part: Converted
    difference: Difference
    became: str = ""

    @property
    def sends(self) -> bool:
        """Whether a replay tells it; what would have no event now is only shown."""
        return self.difference.how in _SENT


@dataclass(slots=True)
class Plan:
    """What a replay would do.

    Attributes:
        source: Whose submissions.
        version: Of the channel they are converted by.
        looked_at: How many submissions were read.
        same: How many parts come to what was told.
        repeats: How many are repeats of others, or were superseded by newer versions.
        changes: All others.
        missing: Which ids that were meant are no submission of the source.
    """

    source: str
    version: str
    looked_at: int = 0
    same: int = 0
    repeats: int = 0
    changes: list[Planned] = field(default_factory=list)
    missing: Sequence[str] = ()

    @property
    def sending(self) -> int:
        """How many parts a replay tells."""
        return sum(planned.sends for planned in self.changes)


async def plan(desk: Desk, source: Source, meant: Meant) -> Plan:
    """Say what a replay would change; nothing is written.

    Raises:
        ConfigurationError: The source's channel cannot be used, or too many are meant.
        TopicError, BrokerUnavailableError: They cannot be read.
        RegistryUnavailableError: What was told cannot be decoded now.
    """
    channel = desk.channels.get(source.channel)
    if channel is None:
        raise ConfigurationError(
            f"channel {source.channel} cannot be used; `bus channels check` says why"
        )
    read: list[tuple[Stored, tuple[Converted, ...]]] = []
    named: set[str] = set()
    async for one in submissions(desk, source, meant):
        named |= {one.raw.id, place_text(one.place)}
        if one.submission.via == "replay":
            continue
        parts = await asyncio.to_thread(converted, channel, one)
        read.append((one, parts))
        if len(read) > _MOST:
            raise ConfigurationError(
                f"more than {_MOST:,} submissions are meant: say --from and --to"
            )
    made = Plan(source.id, channel.version, len(read))
    made.missing = sorted(meant.ids - named)
    told = await _told(desk, read)
    notes = await notes_of(
        desk.kafka, {str(part.key) for _, parts in read for part in parts}
    )
    for one, parts in read:
        after = parts_said(channel, parts)
        _compared(made, one, parts, _Known(after, told, notes))
    return made


class _Known(NamedTuple):
    """What a submission comes to now; what was told, and noted, of all of them."""

    after: Mapping[Slot, Said]
    told: Mapping[tuple[str, Slot], Said]
    notes: Mapping[str, Note]


def _compared(
    made: Plan,
    one: Stored,
    parts: Sequence[Converted],
    known: _Known,
) -> None:
    """Add to a plan what becomes of one submission."""
    by_slot = {Slot(part.part, part.event_type): part for part in parts}
    digest, told = _digest(one), known.told
    before = {
        slot: told[digest, slot] for slot in known.after if (digest, slot) in told
    }
    for difference in compare(before, known.after):
        part = by_slot[difference.slot]
        note = known.notes.get(str(part.key))
        if _is_others(one, part, note):
            made.repeats += 1
        elif _is_same(difference):
            made.same += 1
        else:
            became = note.became.value if note else ""
            made.changes.append(Planned(one, part, difference, became))


def _is_others(one: Stored, part: Converted, note: Note | None) -> bool:
    """Whether it is a repeat of another submission, or older than what was told."""
    if note is None:
        return False
    mine = f"{place_text(one.place)}#{part.part}"
    return note.owner.place != mine or note.became is Became.SUPERSEDED


def _is_same(difference: Difference) -> bool:
    """Whether nothing differs; what had no event and has none is that."""
    return difference.how in {How.SAME, How.FINDINGS}


async def _told(
    desk: Desk, read: Sequence[tuple[Stored, tuple[Converted, ...]]]
) -> dict[tuple[str, Slot], Said]:
    """What was told of these submissions, by digest and part: the newest of each."""
    digests = {_digest(one) for one, _ in read}
    found: dict[tuple[str, Slot], Said] = {}
    since = min((one.record.timestamp_ms for one, _ in read), default=None)
    if since is None:
        return found
    async for event in _events(desk, since):
        raw = event.data.get("raw")
        if isinstance(raw, dict) and raw.get("sha256") in digests:
            slot = Slot(int(raw.get("part") or 0), event.type)
            found[raw["sha256"], slot] = data_said(event.subject, event.data)
    return found


async def _events(desk: Desk, since_ms: int) -> AsyncIterator[Event]:
    events = Events(desk.kafka.schemas)
    async for batch in desk.kafka.reader.read(_TOPIC, since_ms=since_ms):
        for record in batch:
            try:
                yield await events.of(record)
            except DecodeError:
                continue  # what nobody can decode says nothing of any submission


def _digest(one: Stored) -> str:
    return sha256(one.submission.body).hexdigest()


async def replay(desk: Desk, made: Plan) -> int:
    """Send what a plan says; return how many submissions that were.

    Raises:
        PublishError: Kafka did not acknowledge; what was sent before stands. Again is
            safe: the same replay has the same ids.
    """
    parts: dict[str, list[Planned]] = {}
    for planned in made.changes:
        if planned.sends:
            parts.setdefault(place_text(planned.stored.place), []).append(planned)
    messages = [_again(desk, made, group) for group in parts.values()]
    for start in range(0, len(messages), _AT_ONCE):
        some = messages[start : start + _AT_ONCE]
        await asyncio.gather(*map(desk.kafka.publisher.publish, some))
    return len(messages)


def _again(desk: Desk, made: Plan, group: Sequence[Planned]) -> Message:
    """The submission once more, for those of its parts that differ."""
    one = group[0].stored
    name = f"{place_text(one.place)} {made.version}"
    again = one.raw_again(str(uuid5(_NAMESPACE, name)))
    topic = desk.kafka.topology.raw_topic(made.source)
    message = to_message(again, topic)
    more = replay_headers([planned.part for planned in group], one.submission)
    return message._replace(key=one.record.key, headers=(*message.headers, *more))
