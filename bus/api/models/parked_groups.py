"""What is sent and answered: parked groups."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from bus.api.models.subscription_steps import JobShown


class ParkedGroup(TypedDict):
    """Parked orders with one cause. Ranked by `at_risk`, and a tenth of `overdue`."""

    group: str
    rule: str
    stage: Literal["verify", "parse", "map", "fetch", "rule"]
    channel: str
    path: str | None
    shape: str
    text: str
    part: str | None
    count: int
    snoozed: int
    at_risk: str
    value: str
    p_late: float | None
    weight: float | None
    overdue: str
    overdue_items: int
    left_s: int | None
    unknown_value: Mapping[str, int]
    ship_by_assumed: int
    ship_by: str | None
    accounts: Sequence[str]
    accounts_in_all: int
    sources: Sequence[str]
    assignees: Sequence[str]
    trend: Sequence[int]
    rising: bool
    first_at: str
    newest_at: str
    fixed_at: str | None
    fixed_by: str | None
    regression: bool
    new: bool
    decided: int
    actions: Sequence[Literal["fix", "release", "reject", "assign", "snooze", "split"]]


class ParkedTerms(TypedDict):
    """By what groups are ranked, and how much is parked in all."""

    currency: str
    items: int
    not_held: int
    unreadable: int
    clear_every_s: int
    clear_every_measured: int
    usual_wait_s: int
    at_risk: str
    value: str
    overdue: str


class ParkedGroups(TypedDict):
    """A page of groups, what is worth most time first."""

    data: Sequence[ParkedGroup]
    next: str | None
    previous: str | None
    terms: ParkedTerms


class Split(TypedDict):
    """By which field a group is split; null: it is made whole again."""

    by: Literal["source", "account", "event_type", "value", "currency", "tier"] | None


class SplitGroups(TypedDict):
    """What a group has become."""

    data: Sequence[ParkedGroup]


class Fix(TypedDict):
    """What is tried instead of what is there; nothing: as things are."""

    mapping: NotRequired[str]
    definition: NotRequired[str]
    why: NotRequired[str]


class FixPlan(TypedDict):
    """What a fix would come to."""

    tried: int
    passing: int
    passing_value: str
    failing: Mapping[str, int]
    examples: Mapping[str, Sequence[str]]
    not_tried: int


class FixWork(TypedDict):
    """The plan, and the job that releases what passes; null where it is only tried."""

    plan: FixPlan
    job: JobShown | None


class Release(TypedDict):
    """Why it goes on."""

    why: NotRequired[str]
    raw: NotRequired[bool]


class GroupPlan(TypedDict):
    """How many of a group would be decided about."""

    meant: int


class GroupWork(TypedDict):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: GroupPlan
    job: JobShown | None


class Reject(TypedDict):
    """Why it is turned away."""

    why: str


class Assign(TypedDict):
    """Who looks after it; empty: nobody."""

    to: str
    why: NotRequired[str]


class Snooze(TypedDict):
    """How long it is put off; `0s`: it is awake again."""

    duration: str
    why: NotRequired[str]
