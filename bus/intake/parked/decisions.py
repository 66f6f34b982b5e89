"""What people, or a policy, decide about a parked item; and about a group of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bus.intake.parked.item import Item
from bus.intake.submission import Place


class Kind(StrEnum):
    """What a record of the topic says."""

    PARKED = "parked"
    EDITED = "edited"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SPLIT = "split"
    FIXED = "fixed"


ENDS = (Kind.RELEASED, Kind.REJECTED, Kind.EXPIRED)
"""Kinds after which an item waits for nobody."""
OF_GROUPS = (Kind.SPLIT, Kind.FIXED)
"""Kinds that say something of a group; their key is its fingerprint."""
POLICY = "bus"
"""Who decides by policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about an item.

    Attributes:
        id: The item's.
        kind: What is decided.
        who: A key's id, `cli:<user>`, or `POLICY`.
        at: When.
        why: In words; a rejection and an expiry always say.
        on: The item's version that it was decided on; see `machine`.
        payload: Of an edit: the event's data. Of a release: what is published; None:
            the submission is converted again.
        event_type: Of an edit or release with a payload: its type.
        to: Of an assignment: to whom; empty: to nobody.
        until: Of a snooze: until when.
        place, part, source: Of a release: where the submission stands.
        release: Of a release: the how-manieth of the item, from 1.
        overrules: Of a release: the rules that held it, as whoever decided saw; they
            hold it no more. Others still may.
    """

    id: str
    kind: Kind
    who: str
    at: datetime
    why: str = ""
    on: int = 0
    payload: Mapping[str, object] | None = None
    event_type: str = ""
    to: str = ""
    until: datetime | None = None
    place: Place | None = None
    part: int = 0
    source: str = ""
    release: int = 0
    overrules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDecision:
    """One decision about a group.

    Attributes:
        group: Its fingerprint.
        kind: SPLIT or FIXED.
        who, at, why: As of any decision.
        by: Of a split: the field, one of `grouping.FIELDS`; empty: whole again.
    """

    group: str
    kind: Kind
    who: str
    at: datetime
    why: str = ""
    by: str = ""


Entry: TypeAlias = Item | Decision | GroupDecision
"""What a record of the topic says."""
