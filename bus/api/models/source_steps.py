"""What is sent and answered: source steps."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import NotRequired, TypedDict

from bus.api.models.applying import StepShown
from bus.api.models.sources import NewSource


class SourceRotation(TypedDict):
    """How a secret is followed by another."""

    grace: NotRequired[str]
    secret: NotRequired[str | None]


class SourceRemoved(TypedDict):
    """What was deleted with it."""

    id: str
    deleted_topics: Sequence[str]


class SourceDocument(TypedDict):
    """All sources as they are to be."""

    sources: Sequence[NewSource]


class SourceStepDone(TypedDict):
    """A step that was taken."""

    action: str
    id: str
    secret: str | None
    path: str | None
    warnings: Sequence[str]


class SourcesApplied(TypedDict):
    """The difference, and what was done about it."""

    plan: Sequence[StepShown]
    done: Sequence[SourceStepDone]
