"""Bodies, queries and answers about migrations."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from processors.gateway.model import WHOLE, Model
from processors.gateway.moments import Moment
from processors.gateway.subscription_models import Line

PhaseWord = Literal["inventory", "tap", "shadow", "canary", "reversed", "retired"]
StateWord = Literal["pass", "fail", "unknown"]


class LimitsGiven(Model):
    """What the gates ask for; what is not given stays."""

    pairs: Annotated[
        int | None, Field(ge=0, le=10**9, description="Of each event type.")
    ] = None
    days: Annotated[
        float | None, Field(ge=0, le=366, description="How long they lasted.")
    ] = None
    fresh_h: Annotated[
        float | None, Field(gt=0, le=9_000, description="Age of the comparison, hours.")
    ] = None
    hold_h: Annotated[
        float | None, Field(ge=0, le=9_000, description="How long a share stands.")
    ] = None
    deliveries: Annotated[
        int | None, Field(ge=1, le=10**9, description="Attempts by then.")
    ] = None
    success: Annotated[
        float | None, Field(gt=0, le=1, description="The accepted share of them.")
    ] = None
    p95_s: Annotated[
        float | None,
        Field(gt=0, le=9_000, description="95 % of them are answered within so long."),
    ] = None
    duplicates: Annotated[
        float | None,
        Field(ge=0, le=1, description="The share of the accepted that may come again."),
    ] = None


class MigrationPlan(Model):
    """How a migration is to go; what is not given stays."""

    old: Annotated[
        Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{1,62})?$")] | None,
        Field(description="The subscription that sent until now; empty: outside."),
    ] = None
    about: Annotated[Line | None, Field(description="For people.")] = None
    overlap_s: Annotated[
        float | None,
        Field(ge=0, le=86_400, description="How long both send around a step."),
    ] = None
    shares: Annotated[
        list[Annotated[int, Field(ge=1, le=99)]] | None,
        Field(max_length=50, description="Of the canary, in percent, rising."),
    ] = None
    limits: Annotated[LimitsGiven, Field(description="What the gates ask for.")] = (
        LimitsGiven()
    )
    force: Annotated[
        bool,
        Field(
            description="Though the subscription delivers already: with a new plan it "
            "gets nothing until steps give it orders."
        ),
    ] = False


EpochLeft: TypeAlias = Annotated[
    int | None,
    Field(
        ge=1,
        le=10**9,
        description="The epoch it is to leave; 409 if it is in another.",
    ),
    WHOLE,
]


class StepGiven(Model):
    """Why orders move."""

    why: Line = ""
    epoch: EpochLeft = None
    force: Annotated[
        bool, Field(description="Pass gates that are closed; `why` has to say why.")
    ] = False


class BackGiven(Model):
    """Why orders go back."""

    why: Line = ""
    epoch: EpochLeft = None
    at_all: Annotated[
        bool, Field(description="To where the new side has none, not one rung only.")
    ] = False


class ReportGiven(Model):
    """A report, as `bus migrate compare --json` prints it."""

    report: Annotated[Mapping[str, object], Field(description="The whole of it.")]


class OwnerQuery(Model):
    """Of which event it is asked."""

    order_id: Annotated[
        str, Field(min_length=1, max_length=200, description="The order's id.")
    ]
    made_at: Annotated[
        Moment, Field(description="When the event was made, as its sender knows.")
    ] = "now"


class GateShown(Model):
    """A condition of the next rung."""

    gate: str
    state: StateWord
    why: str


class RungShown(Model):
    """A phase, and the new side's share of the orders."""

    phase: PhaseWord
    share: Annotated[int, Field(description="In percent.")]


class EpochShown(RungShown):
    """An epoch: from when on who had which share."""

    number: int
    at: str
    written_at: Annotated[
        str, Field(description="When Kafka took it: the one before ended by then.")
    ]
    by: str
    why: str
    back: Annotated[bool, Field(description="It was taken back.")]
    forced: Annotated[bool, Field(description="A gate was closed.")]
    starts: Annotated[
        Mapping[str, Sequence[int]],
        Field(description="By source topic: the first offset in each partition."),
    ]
    gates: Sequence[GateShown]


class LimitsShown(Model):
    """What the gates ask for."""

    pairs: int
    days: float
    fresh_h: float
    hold_h: float
    deliveries: int
    success: float
    p95_s: float
    duplicates: float


class CountsShown(Model):
    """What came of the pairs of an event type."""

    pairs: int
    different: int
    unpaired: int


class DifferingShown(Model):
    """What differs in several pairs of one event type, and in how many."""

    type: str
    kind: str
    outcome: Annotated[str, Field(description="different, or unpaired.")]
    at: str
    count: int


class ProofShown(Model):
    """A comparison that was attached."""

    at: str
    hash: str
    verdict: str
    clean: bool
    by: str
    types: Annotated[Mapping[str, CountsShown], Field(description="By event type.")]
    differences: Annotated[
        Sequence[DifferingShown], Field(description="The gravest, at most 20.")
    ]


class MigrationShown(RungShown):
    """A migration: where it stands, what the next rung asks for, how it came here."""

    id: str
    old: str
    about: str
    epoch: int
    since: str
    overlap_s: float
    both_until: Annotated[
        str | None,
        Field(
            description="Until when an old sender outside sends what the last step "
            "took from it, too."
        ),
    ]
    shares: Sequence[int]
    limits: LimitsShown
    next: RungShown | None
    gates: Sequence[GateShown]
    steps: Sequence[EpochShown]
    proofs: Sequence[ProofShown]
    way_back: Annotated[str, Field(description="The command that goes back.")]
    rehearsed: Annotated[
        str | None, Field(description="When the way back was last taken.")
    ]
    actions: Sequence[Literal["plan", "step", "back", "remove"]] = ()


class MigrationsShown(Model):
    """All migrations."""

    data: Sequence[MigrationShown]


class OwnerShown(Model):
    """Who sends an event."""

    order_id: str
    bucket: Annotated[int, Field(description="0 to 9,999, by the hash of the order.")]
    share: Annotated[int, Field(description="New are those below 100 times this.")]
    owner: Literal["old", "new"]
    old_sends: Annotated[
        bool,
        Field(
            description="Whether an old sender outside has to send it: its own, and "
            "around a step what either may miss, under the id that the bus uses."
        ),
    ]
