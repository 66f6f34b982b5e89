"""Parked orders as the API shows them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.intake.parked.grouping import GROUP
from processors.gateway.model import Model, Page, PageQuery

Word: TypeAlias = Annotated[str, Field(min_length=1, max_length=256)]
State: TypeAlias = Literal["parked", "snoozed", "released", "rejected", "expired"]
AnyState: TypeAlias = Literal[
    "parked", "snoozed", "released", "rejected", "expired", "all"
]
Stage: TypeAlias = Literal["verify", "parse", "map", "fetch", "rule"]
Amount: TypeAlias = Annotated[
    str, Field(description="With two places, in the currency of the terms.")
]


class ParkedTerms(Model):
    """By what groups are ranked, and how much is parked in all."""

    currency: str
    items: Annotated[int, Field(description="How many wait, put off ones included.")]
    not_held: Annotated[
        int, Field(description="More than can be held in memory: not in any list.")
    ]
    unreadable: Annotated[int, Field(description="Records that nobody can read.")]
    clear_every_s: Annotated[int, Field(description="How long clearing a group takes.")]
    clear_every_measured: Annotated[
        int, Field(description="Measured so many times lately; 0: it is assumed.")
    ]
    usual_wait_s: Annotated[
        int, Field(description="How long one waits on average if none goes first.")
    ]
    at_risk: Amount
    value: Amount
    overdue: Amount


class ParkedGroup(Model):
    """Parked orders with one cause. Ranked by `at_risk`, and a tenth of `overdue`."""

    group: str
    rule: Annotated[str, Field(description="The rule that holds them, or the code.")]
    stage: Stage
    channel: str
    path: Annotated[str | None, Field(description="The field it is about.")]
    shape: Annotated[str, Field(description="What kind of value it is.")]
    text: str
    part: Annotated[str | None, Field(description="Of a split group: what of.")]
    count: int
    snoozed: Annotated[int, Field(description="So many of these are put off.")]
    at_risk: Annotated[
        str,
        Field(description="Value times P(late) times tier weight, of those in time."),
    ]
    value: Annotated[str, Field(description="Of those that are still in time.")]
    p_late: Annotated[float | None, Field(description="The average chance.")]
    weight: Annotated[float | None, Field(description="The average weight.")]
    overdue: Annotated[str, Field(description="Of those that are too late, weighted.")]
    overdue_items: int
    left_s: Annotated[int | None, Field(description="Until the first has to go.")]
    unknown_value: Annotated[
        Mapping[str, int],
        Field(description="How many have no known value, by currency."),
    ]
    ship_by_assumed: Annotated[
        int, Field(description="How many do not say when they have to go.")
    ]
    ship_by: str | None
    accounts: Sequence[str]
    accounts_in_all: int
    sources: Sequence[str]
    assignees: Sequence[str]
    trend: Annotated[
        Sequence[int], Field(description="How many came in each of the last hours.")
    ]
    rising: bool
    first_at: str
    newest_at: str
    fixed_at: str | None
    fixed_by: str | None
    regression: Annotated[bool, Field(description="It was fixed, and came back.")]
    new: Annotated[bool, Field(description="Its first order came within a day.")]
    decided: Annotated[int, Field(description="So many were decided about before.")]
    actions: Sequence[
        Literal["fix", "release", "reject", "assign", "snooze", "split"]
    ] = ()


class ParkedGroups(Page[ParkedGroup]):
    """A page of groups, what is worth most time first."""

    terms: ParkedTerms


class SplitGroups(Model):
    """What a group has become."""

    data: Sequence[ParkedGroup]


class ParkedQuery(PageQuery):
    """Which parked orders; all that is given has to fit."""

    group: Annotated[
        Annotated[str, Field(pattern=f"^({GROUP})$")] | None,
        Field(description="Id of a group."),
    ] = None
    state: Annotated[AnyState, Field(description="Where in its life it is.")] = "parked"
    source: Annotated[Word | None, Field(description="Id of a source.")] = None
    channel: Annotated[Word | None, Field(description="Name of a channel.")] = None
    account: Annotated[
        Word | None, Field(description="Account of the seller, as the source says it.")
    ] = None
    assignee: Annotated[Word | None, Field(description="Who looks after it.")] = None
    order: Annotated[Word | None, Field(description="Any name that it has.")] = None


class ParkedRow(Model):
    """A parked order, in a list."""

    item: str
    state: State
    group: str
    rule: str
    stage: Stage
    path: str | None
    source: str
    channel: str
    account: str | None
    tier: str | None
    event_type: str | None
    order_id: str | None
    native_id: str | None
    number: str | None
    value: Annotated[str | None, Field(description="Amount and currency.")]
    ship_by: str | None
    parked_at: str
    assignee: str | None
    snoozed_until: str | None
    edited: bool
    releases: Annotated[int, Field(description="How many times it was released.")]
    decided_at: str | None
    decided_by: str | None
    why: str | None
    version: Annotated[int, Field(description="The ETag, without its quotes.")]
    test: bool
    actions: Sequence[Literal["release", "reject", "assign", "snooze", "edit"]] = ()


class ParkedRows(Page[ParkedRow]):
    """A page of parked orders, those that have to go first first."""


class ParkedFinding(Model):
    """Something found in an order."""

    code: str
    rule: str | None
    severity: Literal["accept", "flag", "park", "reject"]
    observed: Annotated[bool, Field(description="The rule only watches.")]
    path: str | None
    source_path: str | None
    value: str | None
    text: str
    need: Annotated[
        str | None,
        Field(description="The parameter of its rule that would let it pass."),
    ] = None


class ParkedDecision(Model):
    """What somebody decided."""

    decision: str
    at: str
    by: str
    why: str | None
    to: str | None
    until: str | None


class ParkedWhole(ParkedRow):
    """All there is of a parked order."""

    raw: Annotated[str | None, Field(description="Where the submission stands.")]
    part: int
    findings: Sequence[ParkedFinding]
    original: Annotated[
        Mapping[str, object] | None, Field(description="As it was parked first.")
    ]
    payload: Annotated[
        Mapping[str, object] | None, Field(description="As it is now, edits included.")
    ]
    history: Sequence[ParkedDecision]
