"""What is sent and answered: subscription steps."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from bus.api.models.subscriptions import SubscriptionShown


class Pause(TypedDict):
    """Why deliveries are held."""

    reason: NotRequired[str]


class Resume(TypedDict):
    """Nothing needs to be said."""


class Rotation(TypedDict):
    """How a secret is followed by another."""

    grace: NotRequired[str]
    scheme: NotRequired[Literal["v1", "v1a"] | None]
    secret: NotRequired[str | None]


class TestEvent(TypedDict):
    """Which sample is sent."""

    type: NotRequired[str | None]


class Sent(TypedDict):
    """What was sent; header values of yours are hidden."""

    headers: Mapping[str, str]
    body: str


class TestResult(TypedDict):
    """What came of a test event."""

    outcome: str
    status: int | None
    kind: str | None
    detail: str
    latency_ms: float
    event_type: str
    passes_filter: bool
    excerpt: str
    sent: Sent


class Verification(TypedDict):
    """Whether it need not say so."""

    trust: NotRequired[bool]


class VerificationResult(TypedDict):
    """What an endpoint said to being asked whether it wants events."""

    wanted: bool
    how: str
    subscription: SubscriptionShown


class JobShown(TypedDict):
    """Work that goes on after its request was answered."""

    id: str
    kind: str
    subject: str
    state: Literal["running", "done", "failed", "cancelled"]
    done: int
    total: int
    began_at: str
    ended_at: str | None
    result: Mapping[str, object]
    error: str
    asked_for: Mapping[str, object]
    actions: Sequence[Literal["cancel"]]
