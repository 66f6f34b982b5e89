"""What befell an event, or all events of an order, asked for at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.log.questions import Scope
from bus.log.rows import AckRow, AttemptRow, EventRow

MOST_EVENTS = 50
MOST_STEPS = 1_000
"""So many attempts are told, and so many acknowledgements, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeQuestion:
    """Whose life: an event's, by its webhook-id or its producer's id, or an order's.

    With `since_us` attempts from then on, and of an order the events from then on.
    """

    event_id: str = ""
    order_id: str = ""
    since_us: int | None = None
    scope: Scope = None


class Life(NamedTuple):
    """The events that were meant, and what befell them, the newest of each first.

    `read_to_us` is `Log.read_to_us` of before all else was looked at. `older_events`,
    `older_attempts`: there are more than those. Without an event nothing befell it.
    """

    read_to_us: int | None
    events: Sequence[EventRow] = ()
    attempts: Sequence[AttemptRow] = ()
    acks: Sequence[AckRow] = ()
    older_events: bool = False
    older_attempts: bool = False
