"""What is sent and answered: parked."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class ParkedRow(TypedDict):
    """A parked order, in a list."""

    item: str
    state: Literal["parked", "snoozed", "released", "rejected", "expired"]
    group: str
    rule: str
    stage: Literal["verify", "parse", "map", "fetch", "rule"]
    path: str | None
    source: str
    channel: str
    account: str | None
    tier: str | None
    event_type: str | None
    order_id: str | None
    native_id: str | None
    number: str | None
    value: str | None
    ship_by: str | None
    parked_at: str
    assignee: str | None
    snoozed_until: str | None
    edited: bool
    releases: int
    decided_at: str | None
    decided_by: str | None
    why: str | None
    version: int
    test: bool
    actions: Sequence[Literal["release", "reject", "assign", "snooze", "edit"]]


class ParkedRows(TypedDict):
    """A page of parked orders, those that have to go first first."""

    data: Sequence[ParkedRow]
    next: str | None
    previous: str | None


class ParkedFinding(TypedDict):
    """Something found in an order."""

    code: str
    rule: str | None
    severity: Literal["accept", "flag", "park", "reject"]
    observed: bool
    path: str | None
    source_path: str | None
    value: str | None
    text: str
    need: str | None


class ParkedDecision(TypedDict):
    """What somebody decided."""

    decision: str
    at: str
    by: str
    why: str | None
    to: str | None
    until: str | None


class ParkedWhole(TypedDict):
    """All there is of a parked order."""

    item: str
    state: Literal["parked", "snoozed", "released", "rejected", "expired"]
    group: str
    rule: str
    stage: Literal["verify", "parse", "map", "fetch", "rule"]
    path: str | None
    source: str
    channel: str
    account: str | None
    tier: str | None
    event_type: str | None
    order_id: str | None
    native_id: str | None
    number: str | None
    value: str | None
    ship_by: str | None
    parked_at: str
    assignee: str | None
    snoozed_until: str | None
    edited: bool
    releases: int
    decided_at: str | None
    decided_by: str | None
    why: str | None
    version: int
    test: bool
    actions: Sequence[Literal["release", "reject", "assign", "snooze", "edit"]]
    raw: str | None
    part: int
    findings: Sequence[ParkedFinding]
    original: Mapping[str, object] | None
    payload: Mapping[str, object] | None
    history: Sequence[ParkedDecision]


class ParkedEdit(TypedDict):
    """What is put in the place of its payload."""

    data: Mapping[str, object]
    type: NotRequired[str | None]
    why: NotRequired[str]


class ParkedEdited(TypedDict):
    """What an edit came to."""

    item: ParkedRow
    passes: bool
    why: str | None
    findings: Sequence[ParkedFinding]
