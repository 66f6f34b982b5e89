"""Quarantined records as the API shows them, and how they are meant."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from processors.gateway.job_routes import JobShown
from processors.gateway.letter_models import COMPLETE, HeaderShown, Note, State, Word
from processors.gateway.model import Model, Page, PageQuery
from processors.gateway.moments import Moment
from processors.gateway.record_links import RecordLink

Code: TypeAlias = Literal[
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
Place: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,18}$",
        description="Topic, partition and offset: `oms.order/3/17`.",
    ),
]


class ItemQuery(PageQuery):
    """Which records in quarantine; all that is given has to fit."""

    topic: Word | None = None
    reason: Code | None = None
    source: Annotated[
        Word | None,
        Field(description="Who wrote it, as it says: its `ce_source`; `-`: none."),
    ] = None
    state: State | None = None
    since: Moment | None = None
    until: Moment | None = None


class ItemRow(Model):
    """A record in quarantine, in a list."""

    place: Annotated[str, Field(description="Where it stood first.")]
    topic: str
    reason: str
    detail: str
    source: Annotated[
        str, Field(description="Who wrote it, as it says; empty: it does not.")
    ]
    key: str | None
    at: str
    state: State
    state_at: str | None
    quarantined_as: Annotated[
        str, Field(description="Partition and offset in the quarantine topic.")
    ]
    record: RecordLink
    actions: Sequence[Literal["replay", "replace", "discard"]] = ()


class ItemRows(Page[ItemRow]):
    """A page of records in quarantine, the newest first."""


class ItemWhole(ItemRow):
    """All there is to say of one."""

    meaning: str
    what_to_do: str
    decodes_now: bool
    problem_now: str | None
    schema_id: int | None
    bytes: int
    headers: Sequence[HeaderShown]
    value: Annotated[str | None, Field(description="Its bytes, base64.")]
    event: Mapping[str, object] | None


class ItemsAt(Model):
    """What was put aside from one place."""

    data: Sequence[ItemWhole]


class ItemSelection(Model):
    """Which pending ones; without anything all of them."""

    places: Annotated[list[Place], Field(max_length=1_000)] = Field(default=[])
    topics: Annotated[list[Word], Field(max_length=100)] = Field(default=[])
    reasons: Annotated[list[Code], Field(max_length=20)] = Field(default=[])
    sources: Annotated[list[Word], Field(max_length=100)] = Field(
        default=[], description="Whose they are: what their `ce_source` says."
    )
    since: Moment | None = None
    until: Moment | None = None


class ItemPlan(Model):
    """What would be done with what is pending."""

    pending: int
    replayed: Annotated[int, Field(description="So many can be decoded by now.")]
    by_topic: Mapping[str, int]
    deliveries: Annotated[Mapping[str, int], Field(description="By subscription.")]
    wanted_by_none: int
    failed_filters: int
    too_large: int
    still_stuck: Annotated[
        Mapping[str, int], Field(description="Those that cannot be, by reason.")
    ]
    complete: Annotated[bool, Field(description=COMPLETE)]
    note: Note


class ItemWork(Model):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: ItemPlan
    job: JobShown | None
