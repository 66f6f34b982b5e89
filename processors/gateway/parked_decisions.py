"""What can be decided about parked orders, over the API, and what comes of it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from processors.gateway.event_models import TYPE_PATTERN
from processors.gateway.job_routes import JobShown
from processors.gateway.model import Model
from processors.gateway.parked_models import Amount, ParkedFinding, ParkedRow
from processors.gateway.subscription_models import Duration, Line

By: TypeAlias = Literal["source", "account", "event_type", "value", "currency", "tier"]
Text: TypeAlias = Annotated[str, Field(max_length=500_000)]


class Release(Model):
    """Why it goes on."""

    why: Line = ""
    raw: Annotated[
        bool, Field(description="Convert the original again, whatever was edited.")
    ] = False


class Reject(Model):
    """Why it is turned away."""

    why: Annotated[Line, Field(min_length=1)]


class Assign(Model):
    """Who looks after it; empty: nobody."""

    to: Annotated[
        Line, Field(max_length=100, description="A person or a team; empty: nobody.")
    ]
    why: Line = ""


class Snooze(Model):
    """How long it is put off; `0s`: it is awake again."""

    duration: Duration
    why: Line = ""


class ParkedEdit(Model):
    """What is put in the place of its payload."""

    data: Annotated[
        dict[str, object],
        Field(description="All fields of its schema, as `POST /v1/events` takes them."),
    ]
    type: Annotated[
        str | None,
        Field(pattern=TYPE_PATTERN, description="Where the item does not say it."),
    ] = None
    why: Line = ""


class ParkedEdited(Model):
    """What an edit came to."""

    item: ParkedRow
    passes: Annotated[bool, Field(description="No rule would hold it.")]
    why: str | None
    findings: Sequence[ParkedFinding]


class Split(Model):
    """By which field a group is split; null: it is made whole again."""

    by: Annotated[By | None, Field(description="The field; null: by none.")]


class Fix(Model):
    """What is tried instead of what is there; nothing: as things are."""

    mapping: Annotated[Text, Field(description="The text of a mapping.yaml.")] = ""
    definition: Annotated[Text, Field(description="Of a channel.yaml.")] = ""
    why: Line = ""


class GroupPlan(Model):
    """How many of a group would be decided about."""

    meant: int


class GroupWork(Model):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: GroupPlan
    job: JobShown | None


class FixPlan(Model):
    """What a fix would come to."""

    tried: int
    passing: int
    passing_value: Amount
    failing: Annotated[Mapping[str, int], Field(description="How many, by why.")]
    examples: Annotated[
        Mapping[str, Sequence[str]], Field(description="Some of these, by why.")
    ]
    not_tried: int


class FixWork(Model):
    """The plan, and the job that releases what passes; null where it is only tried."""

    plan: FixPlan
    job: JobShown | None
