"""What is sent and answered: applying."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict

from bus.api.models.subscriptions import NewSubscription


class Document(TypedDict):
    """All subscriptions as they are to be."""

    subscriptions: Sequence[NewSubscription]


class FieldChange(TypedDict):
    """One field, as it is and as it is to be; what is secret is hidden."""

    field: str
    old: object
    new: object


class StepShown(TypedDict):
    """What is done to one subscription."""

    action: Literal["create", "update", "unchanged", "remove"]
    id: str
    changes: Sequence[FieldChange]


class StepDone(TypedDict):
    """A step that was taken."""

    action: Literal["create", "update", "remove"]
    id: str
    secret: str | None
    warnings: Sequence[str]


class Applied(TypedDict):
    """The difference, and what was done about it."""

    plan: Sequence[StepShown]
    done: Sequence[StepDone]
