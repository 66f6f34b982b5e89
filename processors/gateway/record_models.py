"""A record at its place, as the API shows it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from processors.gateway.letter_models import HeaderShown
from processors.gateway.model import Model


class RecordShown(Model):
    """What stands at a place in Kafka, and what it decodes to by now."""

    place: Annotated[str, Field(description="Topic, partition, offset.")]
    topic: str
    partition: int
    offset: int
    kind: Annotated[
        Literal["event", "delivery", "dead_letter", "quarantined", "mark"],
        Field(description="`delivery`: on its way; `mark`: what became of another."),
    ]
    at: Annotated[str, Field(description="Its time in Kafka.")]
    key: str | None
    headers: Sequence[HeaderShown]
    subscription: Annotated[str | None, Field(description="Whose delivery it is.")]
    reason: Annotated[str | None, Field(description="Why it is a dead letter.")]
    attempts: int | None
    detail: Annotated[str, Field(description="What was said when it was put here.")]
    origin: Annotated[
        str | None, Field(description="Where it stood first, if not here.")
    ]
    schema_id: int | None
    bytes: Annotated[int, Field(description="Of the value, with that of a small one.")]
    value: Annotated[str | None, Field(description="Its bytes, base64.")]
    problem: Annotated[str | None, Field(description="Why it is no event.")]
    type: str | None
    data: Annotated[
        Mapping[str, object] | None,
        Field(description="The fields of its schema, as they are published."),
    ]
    event: Annotated[
        Mapping[str, object] | None,
        Field(description="Its content, as partners get it."),
    ]
    body: Annotated[
        str | None, Field(description="Path of that content, by Accept JSON or XML.")
    ]
