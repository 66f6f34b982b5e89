"""What is sent to try an endpoint, and what came of it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from processors.gateway.model import Model


class TestEvent(Model):
    """Which sample is sent."""

    type: Annotated[
        Annotated[str, Field(min_length=1, max_length=200)] | None,
        Field(description="An event type; default: one it asks for."),
    ] = None


class Sent(Model):
    """What was sent; header values of yours are hidden."""

    headers: Mapping[str, str]
    body: str


class TestResult(Model):
    """What came of a test event."""

    outcome: str
    status: int | None
    kind: Annotated[str | None, Field(description="Why there was no answer.")]
    detail: str
    latency_ms: float
    event_type: str
    passes_filter: bool
    excerpt: Annotated[str, Field(description="The beginning of the answer's body.")]
    sent: Sent
