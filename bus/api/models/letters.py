"""What is sent and answered: letters."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from bus.api.models.records import HeaderShown
from bus.api.models.subscription_steps import JobShown


class LetterRow(TypedDict):
    """A dead letter in a list."""

    subscription: str
    event_id: str
    order_id: str
    type: str
    reason: str
    status: int
    attempts: int | None
    replay: int | None
    detail: str
    at: str
    state: Literal["pending", "replayed", "discarded", "replacing", "replaced"]
    state_at: str | None
    place: str
    body_at: str | None
    record: str | None
    actions: Sequence[Literal["replay", "replace", "discard"]]


class LetterRows(TypedDict):
    """A page of dead letters, the newest first."""

    data: Sequence[LetterRow]
    next: str | None
    previous: str | None


class AttemptShown(TypedDict):
    """One try of a delivery."""

    number: int
    replay: int
    at: str
    outcome: str
    status: int
    detail: str
    duration_ms: float
    route: str


class LetterWhole(TypedDict):
    """All there is to say of a dead letter."""

    subscription: str
    event_id: str
    order_id: str
    type: str
    reason: str
    status: int
    attempts: int | None
    replay: int | None
    detail: str
    at: str
    state: Literal["pending", "replayed", "discarded", "replacing", "replaced"]
    state_at: str | None
    place: str
    body_at: str | None
    record: str | None
    actions: Sequence[Literal["replay", "replace", "discard"]]
    problem: str | None
    body_bytes: int | None
    body_why: str | None
    tier: str | None
    origin: str | None
    headers: Sequence[HeaderShown]
    event: Mapping[str, object] | None
    attempt_log: Sequence[AttemptShown]


class LettersOfEvent(TypedDict):
    """A page of the dead letters of one event, the newest first."""

    data: Sequence[LetterWhole]
    next: str | None
    previous: str | None


class ReplaySelection(TypedDict):
    """Which pending ones are sent again."""

    types: NotRequired[Sequence[str]]
    orders: NotRequired[Sequence[str]]
    events: NotRequired[Sequence[str]]
    reasons: NotRequired[
        Sequence[
            Literal[
                "refused",
                "gone",
                "exhausted",
                "too_old",
                "forbidden",
                "unrenderable",
                "undecided",
                "removed",
                "unwritable",
                "bug",
            ]
        ]
    ]
    statuses: NotRequired[Sequence[int]]
    since: NotRequired[str | None]
    until: NotRequired[str | None]
    force: NotRequired[bool]


class LetterPlan(TypedDict):
    """What is pending of what was meant."""

    subscription: str
    pending: int
    damaged: int
    to: str
    by_type: Mapping[str, int]
    by_reason: Mapping[str, int]
    complete: bool
    note: str | None


class LetterWork(TypedDict):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: LetterPlan
    job: JobShown | None


class Selection(TypedDict):
    """Which pending ones; without anything all of them."""

    types: NotRequired[Sequence[str]]
    orders: NotRequired[Sequence[str]]
    events: NotRequired[Sequence[str]]
    reasons: NotRequired[
        Sequence[
            Literal[
                "refused",
                "gone",
                "exhausted",
                "too_old",
                "forbidden",
                "unrenderable",
                "undecided",
                "removed",
                "unwritable",
                "bug",
            ]
        ]
    ]
    statuses: NotRequired[Sequence[int]]
    since: NotRequired[str | None]
    until: NotRequired[str | None]
