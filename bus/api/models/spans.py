"""What is sent and answered: spans."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from bus.api.models.subscription_steps import JobShown


class SpanSelection(TypedDict):
    """Which past events are delivered again: what it wants now, of this time."""

    since: str
    until: NotRequired[str]
    types: NotRequired[Sequence[str]]
    order: NotRequired[str | None]
    event: NotRequired[str | None]
    force: NotRequired[bool]


class SpanPlan(TypedDict):
    """What would be delivered."""

    subscription: str
    to: str
    read: int
    wanted: int
    undecodable: int
    failed_filters: int
    by_type: Mapping[str, int]
    complete: bool
    note: str | None


class SpanWork(TypedDict):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: SpanPlan
    job: JobShown | None
