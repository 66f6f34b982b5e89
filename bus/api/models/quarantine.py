"""What is sent and answered: quarantine."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from bus.api.models.records import HeaderShown
from bus.api.models.subscription_steps import JobShown


class ItemRow(TypedDict):
    """A record in quarantine, in a list."""

    place: str
    topic: str
    reason: str
    detail: str
    source: str
    key: str | None
    at: str
    state: Literal["pending", "replayed", "discarded", "replacing", "replaced"]
    state_at: str | None
    quarantined_as: str
    record: str | None
    actions: Sequence[Literal["replay", "replace", "discard"]]


class ItemRows(TypedDict):
    """A page of records in quarantine, the newest first."""

    data: Sequence[ItemRow]
    next: str | None
    previous: str | None


class ItemWhole(TypedDict):
    """All there is to say of one."""

    place: str
    topic: str
    reason: str
    detail: str
    source: str
    key: str | None
    at: str
    state: Literal["pending", "replayed", "discarded", "replacing", "replaced"]
    state_at: str | None
    quarantined_as: str
    record: str | None
    actions: Sequence[Literal["replay", "replace", "discard"]]
    meaning: str
    what_to_do: str
    decodes_now: bool
    problem_now: str | None
    schema_id: int | None
    bytes: int
    headers: Sequence[HeaderShown]
    value: str | None
    event: Mapping[str, object] | None


class ItemsAt(TypedDict):
    """What was put aside from one place."""

    data: Sequence[ItemWhole]


class ItemSelection(TypedDict):
    """Which pending ones; without anything all of them."""

    places: NotRequired[Sequence[str]]
    topics: NotRequired[Sequence[str]]
    reasons: NotRequired[
        Sequence[
            Literal[
                "expired",
                "unreadable_batch",
                "not_of_its_type",
                "not_read_json",
                "no_value",
                "damaged_hop",
                "unknown_schema",
                "unusable_schema",
                "registry_refused",
                "unreadable_headers",
                "not_framed",
                "not_of_its_schema",
                "no_event_type",
                "no_order",
                "bad_attribute",
                "too_large",
                "other",
            ]
        ]
    ]
    sources: NotRequired[Sequence[str]]
    since: NotRequired[str | None]
    until: NotRequired[str | None]


class ItemPlan(TypedDict):
    """What would be done with what is pending."""

    pending: int
    replayed: int
    by_topic: Mapping[str, int]
    deliveries: Mapping[str, int]
    wanted_by_none: int
    failed_filters: int
    too_large: int
    still_stuck: Mapping[str, int]
    complete: bool
    note: str | None


class ItemWork(TypedDict):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: ItemPlan
    job: JobShown | None
