"""What may be done to a subscription now: one table, for lists, pages and checks."""

from collections.abc import Mapping
from enum import StrEnum

from bus.delivery.subscription import State


class Action(StrEnum):
    """Something that may be done to a subscription."""

    CHANGE = "change"
    PAUSE = "pause"
    RESUME = "resume"
    ROTATE = "rotate_secret"
    TEST = "test"
    VERIFY = "verify"
    REPLAY = "replay"
    REMOVE = "remove"


_ALWAYS = frozenset(
    {Action.CHANGE, Action.ROTATE, Action.TEST, Action.VERIFY, Action.REMOVE}
)

ACTIONS: Mapping[State, frozenset[Action]] = {
    State.ACTIVE: _ALWAYS | {Action.PAUSE, Action.REPLAY},
    State.PAUSED: _ALWAYS | {Action.RESUME},
    State.DISABLED: _ALWAYS | {Action.PAUSE, Action.RESUME},
    # Asked for again, an interrupted removal goes on.
    State.REMOVING: frozenset({Action.REMOVE}),
}
"""By its state."""
