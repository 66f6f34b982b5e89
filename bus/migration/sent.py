"""What was sent: one request to a partner, as it was recorded at one side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

UNSENT: Final = "unsent"
"""The outcome of a shadow's requests: they were made, and never sent."""


class Side(StrEnum):
    """Whose requests they are."""

    OLD = "old"
    NEW = "new"


class Key(NamedTuple):
    """What pairs two requests: they tell the same fact."""

    type: str
    order: str
    version: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One request.

    Attributes:
        place: Where it stands in its recording, `old.jsonl:17`.
        type: Of the event, in the words of the new side.
        order: The order id.
        version: Of the order, as its sender says it; empty: it does not.
        id: By which the partner knows it: the same in every repeat; empty: it has none.
        at_ms: When it went out.
        occurred_ms: When that happened of which it tells; None: it does not say.
        body, headers: As they were sent; names of headers in small letters.
        accepted: Whether the partner took it; None: nobody knows.
        outcome: In one word, for people.
    """

    place: str
    type: str
    order: str
    version: str
    id: str
    at_ms: int
    occurred_ms: int | None
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    accepted: bool | None = None
    outcome: str = ""

    @property
    def key(self) -> Key:
        """What pairs it where there is no id that both sides have."""
        return Key(self.type, self.order, self.version)

    @property
    def unsent(self) -> bool:
        """Whether it was made for a comparison alone."""
        return self.outcome == UNSENT

    @property
    def latency_ms(self) -> int | None:
        """From what happened to when it went out; None: nobody can know."""
        if self.occurred_ms is None or self.unsent:
            return None
        return max(0, self.at_ms - self.occurred_ms)
