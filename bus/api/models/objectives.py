"""What is sent and answered: objectives."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class ExhaustedShown(TypedDict):
    """When the budget will be used up, at the rate of yesterday and today."""

    verdict: Literal["gone", "within", "never", "cannot_say"]
    in_s: float | None
    why: str
    said: str


class ObjectiveShown(TypedDict):
    """What was promised in 30 days, today one of them, and what became of it.

    `late`, `dead` and `waiting` are bad, and all by a cause of the receiver or the
    sender. What somebody wanted so is excused, and no part of what is promised.
    """

    subscription: str
    success: float
    p95_s: float
    promised: int
    kept: int
    late: int
    dead: int
    waiting: int
    excused: int
    recovered: int
    attained: float | None
    p95_ms: float | None
    allowed: float
    left: float
    receiver: int
    sender: int
    exhausted: ExhaustedShown


class Objectives(TypedDict):
    """Those of subscriptions, by id."""

    data: Sequence[ObjectiveShown]
    next: str | None
    previous: str | None


class ObjectivePart(TypedDict):
    """What a cause has spoilt; shares come to 1."""

    cause: str
    party: Literal["receiver", "sender", "wish"]
    means: str
    late: int
    dead: int
    waiting: int
    share: float


class DowntimeShown(TypedDict):
    """Minutes that were down by a cause."""

    cause: str
    party: Literal["receiver", "sender", "wish"]
    means: str
    minutes: int


class IncidentShown(TypedDict):
    """Minutes in a row in which nothing was accepted, and why in most of them."""

    cause: str
    party: Literal["receiver", "sender", "wish"]
    means: str
    began: str
    ended: str | None
    minutes: int
    deliveries: int


class ObjectiveDay(TypedDict):
    """A UTC day. `level`: nothing sent, all kept, the objective met, or missed."""

    day: str
    level: Literal["none", "kept", "met", "missed"]
    promised: int
    kept: int
    attained: float | None
    down_minutes: int
    partly_minutes: int


class ObjectiveLedger(TypedDict):
    """The ledger of one: causes, and the last 90 days with their incidents."""

    subscription: str
    success: float
    p95_s: float
    promised: int
    kept: int
    late: int
    dead: int
    waiting: int
    excused: int
    recovered: int
    attained: float | None
    p95_ms: float | None
    allowed: float
    left: float
    receiver: int
    sender: int
    exhausted: ExhaustedShown
    causes: Sequence[ObjectivePart]
    uptime: float | None
    down_minutes: int
    downtime: Sequence[DowntimeShown]
    incidents: Sequence[IncidentShown]
    days: Sequence[ObjectiveDay]
