"""What is sent and answered: migrations."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class LimitsShown(TypedDict):
    """What the gates ask for."""

    pairs: int
    days: float
    fresh_h: float
    hold_h: float
    deliveries: int
    success: float
    p95_s: float
    duplicates: float


class RungShown(TypedDict):
    """A phase, and the new side's share of the orders."""

    phase: Literal["inventory", "tap", "shadow", "canary", "reversed", "retired"]
    share: int


class GateShown(TypedDict):
    """A condition of the next rung."""

    gate: str
    state: Literal["pass", "fail", "unknown"]
    why: str


class EpochShown(TypedDict):
    """An epoch: from when on who had which share."""

    phase: Literal["inventory", "tap", "shadow", "canary", "reversed", "retired"]
    share: int
    number: int
    at: str
    written_at: str
    by: str
    why: str
    back: bool
    forced: bool
    starts: Mapping[str, Sequence[int]]
    gates: Sequence[GateShown]


class CountsShown(TypedDict):
    """What came of the pairs of an event type."""

    pairs: int
    different: int
    unpaired: int


class DifferingShown(TypedDict):
    """What differs in several pairs of one event type, and in how many."""

    type: str
    kind: str
    outcome: str
    at: str
    count: int


class ProofShown(TypedDict):
    """A comparison that was attached."""

    at: str
    hash: str
    verdict: str
    clean: bool
    by: str
    types: Mapping[str, CountsShown]
    differences: Sequence[DifferingShown]


class MigrationShown(TypedDict):
    """A migration: where it stands, what the next rung asks for, how it came here."""

    phase: Literal["inventory", "tap", "shadow", "canary", "reversed", "retired"]
    share: int
    id: str
    old: str
    about: str
    epoch: int
    since: str
    overlap_s: float
    both_until: str | None
    shares: Sequence[int]
    limits: LimitsShown
    next: RungShown | None
    gates: Sequence[GateShown]
    steps: Sequence[EpochShown]
    proofs: Sequence[ProofShown]
    way_back: str
    rehearsed: str | None
    actions: Sequence[Literal["plan", "step", "back", "remove"]]


class MigrationsShown(TypedDict):
    """All migrations."""

    data: Sequence[MigrationShown]


class LimitsGiven(TypedDict):
    """What the gates ask for; what is not given stays."""

    pairs: NotRequired[int | None]
    days: NotRequired[float | None]
    fresh_h: NotRequired[float | None]
    hold_h: NotRequired[float | None]
    deliveries: NotRequired[int | None]
    success: NotRequired[float | None]
    p95_s: NotRequired[float | None]
    duplicates: NotRequired[float | None]


class MigrationPlan(TypedDict):
    """How a migration is to go; what is not given stays."""

    old: NotRequired[str | None]
    about: NotRequired[str | None]
    overlap_s: NotRequired[float | None]
    shares: NotRequired[Sequence[int] | None]
    limits: NotRequired[LimitsGiven]
    force: NotRequired[bool]


class StepGiven(TypedDict):
    """Why orders move."""

    why: NotRequired[str]
    epoch: NotRequired[int | None]
    force: NotRequired[bool]


class BackGiven(TypedDict):
    """Why orders go back."""

    why: NotRequired[str]
    epoch: NotRequired[int | None]
    at_all: NotRequired[bool]


class ReportGiven(TypedDict):
    """A report, as `bus migrate compare --json` prints it."""

    report: Mapping[str, object]


class OwnerShown(TypedDict):
    """Who sends an event."""

    order_id: str
    bucket: int
    share: int
    owner: Literal["old", "new"]
    old_sends: bool
