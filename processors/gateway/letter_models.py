"""Dead letters as the API shows them, and how they are meant."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from processors.gateway.job_routes import JobShown
from processors.gateway.model import DIGITS, Model, Page, PageQuery
from processors.gateway.moments import Moment
from processors.gateway.record_links import RecordLink

Reason: TypeAlias = Literal[
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
State: TypeAlias = Literal["pending", "replayed", "discarded", "replacing", "replaced"]
PLAN_S = 10.0
"""How long a plan is counted before it is answered."""
COMPLETE = (
    "Whether all was read within 10 s; if not, there are at least so many. The job "
    "reads all of it."
)
Note: TypeAlias = Annotated[
    str | None,
    Field(
        description="Why it is not complete, and what would be; or that nothing was to "
        "be done, so that there is no job. Else null."
    ),
]
NOTHING = "Nothing of what was meant is there to be done, so no job was made."
Status: TypeAlias = Annotated[
    int,
    Field(ge=0, le=599, description="What the endpoint answered last; 0: nothing."),
]
Word: TypeAlias = Annotated[str, Field(min_length=1, max_length=256)]


class LetterQuery(PageQuery):
    """Which dead letters; all that is given has to fit."""

    type: Annotated[
        Word | None, Field(description="An event type; may end in `.*`.")
    ] = None
    order: Word | None = None
    event: Annotated[
        Word | None, Field(description="A webhook-id, or the producer's own id.")
    ] = None
    reason: Reason | None = None
    status: Annotated[Status | None, DIGITS] = None
    state: State | None = None
    since: Moment | None = None
    until: Moment | None = None


class LetterRow(Model):
    """A dead letter in a list."""

    subscription: str
    event_id: Annotated[str, Field(description="The webhook-id.")]
    order_id: str
    type: str
    reason: str
    status: Status
    attempts: int | None
    replay: Annotated[int | None, Field(description="How often it was replayed.")]
    detail: str
    at: Annotated[str, Field(description="When it became a dead letter.")]
    state: State
    state_at: str | None
    place: Annotated[str, Field(description="Partition and offset in its topic.")]
    body_at: Annotated[
        str | None, Field(description="Where the body of a small letter stands.")
    ]
    record: RecordLink
    actions: Sequence[Literal["replay", "replace", "discard"]] = ()


class LetterRows(Page[LetterRow]):
    """A page of dead letters, the newest first."""


class HeaderShown(Model):
    """A header of a record, as text."""

    name: str
    value: str | None


class AttemptShown(Model):
    """One try of a delivery."""

    number: int
    replay: int
    at: str
    outcome: str
    status: int
    detail: str
    duration_ms: float
    route: Annotated[str, Field(description="What followed.")]


class LetterWhole(LetterRow):
    """All there is to say of a dead letter."""

    problem: Annotated[str | None, Field(description="Why it cannot be replayed.")]
    body_bytes: int | None
    body_why: str | None
    tier: str | None
    origin: Annotated[str | None, Field(description="Its source record's place.")]
    headers: Sequence[HeaderShown]
    event: Annotated[
        Mapping[str, object] | None,
        Field(description="Its content, as partners get it; null if it is gone."),
    ]
    attempt_log: Sequence[AttemptShown]


class LettersOfEvent(Page[LetterWhole]):
    """A page of the dead letters of one event, the newest first."""


class Selection(Model):
    """Which pending ones; without anything all of them."""

    types: Annotated[list[Word], Field(max_length=100)] = Field(default=[])
    orders: Annotated[list[Word], Field(max_length=1_000)] = Field(default=[])
    events: Annotated[
        list[Word],
        Field(max_length=1_000, description="Webhook-ids, or the producers' own ids."),
    ] = Field(default=[])
    reasons: Annotated[list[Reason], Field(max_length=20)] = Field(default=[])
    statuses: Annotated[
        list[Status],
        Field(max_length=20, description="HTTP statuses that the last attempt got."),
    ] = Field(default=[])
    since: Moment | None = None
    until: Moment | None = None


class ReplaySelection(Selection):
    """Which pending ones are sent again."""

    force: Annotated[
        bool, Field(description="Even if it is paused or its breaker is open.")
    ] = False


class LetterPlan(Model):
    """What is pending of what was meant."""

    subscription: str
    pending: int
    damaged: Annotated[int, Field(description="So many can only be discarded.")]
    to: Annotated[str, Field(description="The topic they are replayed to.")]
    by_type: Mapping[str, int]
    by_reason: Mapping[str, int]
    complete: Annotated[bool, Field(description=COMPLETE)]
    note: Note


class LetterWork(Model):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: LetterPlan
    job: JobShown | None
