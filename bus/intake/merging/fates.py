"""What becomes of each part of a submission: decided in order, remembered at once.

Told, a repeat, superseded, ignored or parked; there is nothing else, so that nothing
ends as nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from bus.event import Event
from bus.intake.converting import Converted
from bus.intake.findings import Severity
from bus.intake.merging.notes import Became, Note
from bus.intake.merging.tables import Newest, Owner, Seen
from bus.intake.merging.versions import Version, older, version_of

_IGNORED = "ignored_type"
_FEWER = 10
_OF_WHOLE_ORDERS = frozenset({"intake.order_received", "intake.order_changed"})
_CHANGED = "intake.order_changed"


@dataclass(frozen=True, slots=True)
class Told:
    """It is published. `opens`: it changes an order that nobody has told whole."""

    event: Event
    note: Note
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """It came before, with another record, which ends as an event or is parked."""

    key: UUID


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer version of the order was told whole: this one is not applied."""

    event: Event
    by: Version
    note: Note


@dataclass(frozen=True, slots=True)
class Ignored:
    """The channel's definition takes no notice of this kind of message."""

    native_type: str


@dataclass(frozen=True, slots=True)
class Held:
    """The conversion says that it has to be parked."""

    note: Note


Fate: TypeAlias = Told | Repeat | Superseded | Ignored | Held


class Merging:
    """Decides by two tables; is asked in the order of records, and told what follows.

    Args:
        limit: How many messages, and how many orders, are remembered; of `held`, orders
            of which something is parked, a tenth.
    """

    def __init__(self, limit: int) -> None:
        self.seen = Seen(limit)
        self.newest = Newest(limit)
        self.held = Newest(max(1, limit // _FEWER))

    def learn(self, note: Note, now_s: float) -> None:
        """Take over what was written down, by this process or another."""
        if note.until_s > now_s:
            self.seen.hold(note.key, note.owner, note.until_s, now_s)
        if note.became is Became.PARKED and note.order_id:
            self.held.take(note.order_id, Version())
        elif note.version is not None:
            self.newest.take(note.order_id, note.version)
            self.held.drop(note.order_id)

    def decide(
        self, part: Converted, owner: Owner, window_s: float, now_s: float
    ) -> Fate:
        """What becomes of a part.

        Nothing is remembered before `learn` has its note, which the caller may change:
        rules are asked in between.
        """
        if part.event is None and _is_ignored(part):
            return Ignored(part.native_type or "")
        if self.seen.belongs_to_another(part.key, owner, now_s):
            return Repeat(part.key)
        return self._first(part, owner, int(now_s + window_s))

    def _first(self, part: Converted, owner: Owner, until_s: int) -> Fate:
        note = Note(part.key, owner, until_s, Became.PARKED, part.order_id)
        event = part.event
        if event is None or calls_for_parking(part):
            return Held(note)
        if event.type not in _OF_WHOLE_ORDERS:
            return Told(event, replace(note, became=Became.TOLD))
        version, newest = version_of(event.data), self.newest.of(event.subject)
        if newest is not None and older(version, newest):
            superseded = replace(note, became=Became.SUPERSEDED)
            return Superseded(event, newest, superseded)
        told = replace(note, became=Became.TOLD)
        if is_whole(event.type, event.data):
            return Told(event, replace(told, version=version))
        if event.type == _CHANGED and newest is None:
            return Told(_partial(event), told, opens=True)
        return Told(event, told)


def is_whole(event_type: str, data: Mapping[str, object]) -> bool:
    """Whether an event tells all of an order that its source would tell."""
    if event_type not in _OF_WHOLE_ORDERS or data.get("restated") is False:
        return False
    return data.get("completeness") not in ("thin", "partial")


def calls_for_parking(part: Converted) -> bool:
    """Whether what was noticed in a part holds it, whatever rules say."""
    return any(f.severity in {Severity.PARK, Severity.REJECT} for f in part.findings)


def _is_ignored(part: Converted) -> bool:
    return bool(part.findings) and all(f.code == _IGNORED for f in part.findings)


def _partial(event: Event) -> Event:
    """A change of an order that nobody has told: more of it has to come."""
    if event.data.get("completeness") == "thin":
        return event
    return replace(event, data={**event.data, "completeness": "partial"})
