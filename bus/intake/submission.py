"""A submission: what a source sent, as it came, and what is known of its coming."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a submission stands in Kafka."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What a source sent.

    Attributes:
        instance: The source's id.
        body: Its bytes, untouched.
        headers: By name in small letters.
        observed_at: When it reached us; aware.
        via: webhook, fetch, reconcile, file or replay.
        settings: What this source has set of the channel's settings.
        place: Where it is kept; None before it is.
        fetched: Whether it is a document that was fetched, of the kind that the
            channel's `fetch` says; in a replay of one, too.
    """

    instance: str
    body: bytes
    headers: Mapping[str, str]
    observed_at: datetime
    via: str = "webhook"
    settings: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    fetched: bool = False
