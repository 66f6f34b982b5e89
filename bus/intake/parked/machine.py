"""The life of a parked item, as a table.

```
   edited, assigned, snoozed ⟲
parked ──────────────────────► released ──(parked again: it still fails)──► parked
   └─────────────────────────► rejected, expired ──(taken after all)──► released
```

A topic knows no compare-and-set. So a decision says on which version of the item it was
made, every reader ignores one that does not fit, and so two people never both win. An
item that is parked says how many times it had been released before: what convert writes
again after a crash brings nothing back that was decided meanwhile.

Nothing here ends an item by silence: it waits until a decision says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item


class State(StrEnum):
    """Where in its life an item is."""

    PARKED = "parked"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"


TABLE: Mapping[tuple[State, Kind], State] = {
    (State.PARKED, Kind.EDITED): State.PARKED,
    (State.PARKED, Kind.ASSIGNED): State.PARKED,
    (State.PARKED, Kind.SNOOZED): State.PARKED,
    (State.PARKED, Kind.RELEASED): State.RELEASED,
    (State.PARKED, Kind.REJECTED): State.REJECTED,
    (State.PARKED, Kind.EXPIRED): State.EXPIRED,
    # What was not wanted, or was given up, can still be taken: the original is kept.
    (State.REJECTED, Kind.RELEASED): State.RELEASED,
    (State.EXPIRED, Kind.RELEASED): State.RELEASED,
}
"""What a decision makes of an item; what is not here is ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where an item is in its life.

    Attributes:
        state: Where.
        version: Counts what was taken: the item itself is 1.
        releases: How many times it was released.
        edited: Its payload is not what it was parked with.
        assignee: Who looks after it; empty: nobody.
        snoozed_until: Until when nobody wants to see it; None: now.
        since: When it was parked, the last time.
        ended: When it was released, rejected or expired, and by whom, why.
        by, why: See `ended`.
    """

    state: State = State.PARKED
    version: int = 1
    releases: int = 0
    edited: bool = False
    assignee: str = ""
    snoozed_until: datetime | None = None
    since: datetime
    ended: datetime | None = None
    by: str = ""
    why: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody has to decide about it."""
        return self.state is State.PARKED

    def asleep(self, now: datetime) -> bool:
        """Whether it is put off just now."""
        return self.snoozed_until is not None and now < self.snoozed_until


def parked(life: Life | None, item: Item) -> Life | None:
    """What follows when an item is parked; None: nothing, it is known already."""
    if life is None:
        return Life(since=item.at, releases=item.attempt)
    if life.state is not State.RELEASED or item.attempt < life.releases:
        return None
    # Whoever looked after it goes on; an edit was of what it was before.
    return Life(
        version=life.version + 1,
        releases=item.attempt,
        assignee=life.assignee,
        since=item.at,
    )


def decided(life: Life, decision: Decision) -> Life | None:
    """What follows from a decision; None: nothing, it does not fit what is."""
    state = TABLE.get((life.state, decision.kind))
    if state is None or decision.on != life.version:
        return None
    after = replace(life, state=state, version=life.version + 1)
    match decision.kind:
        case Kind.EDITED:
            return replace(after, edited=True)
        case Kind.ASSIGNED:
            return replace(after, assignee=decision.to)
        case Kind.SNOOZED:
            return replace(after, snoozed_until=decision.until)
        case Kind.RELEASED if decision.release != life.releases + 1:
            return None
        case Kind.RELEASED:
            after = replace(after, releases=decision.release)
        case _:
            pass
    return replace(after, ended=decision.at, by=decision.who, why=decision.why)


def may(life: Life, kind: Kind) -> bool:
    """Whether something can be decided about it now."""
    return (life.state, kind) in TABLE
