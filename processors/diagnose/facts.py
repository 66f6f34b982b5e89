"""What was seen of an endpoint and of its subscription, before anybody judges it.

None, or an empty sequence, says that it was not looked at. `at_s` are epoch seconds,
`took_s` are seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from bus.delivery.delivery import Outcome
from bus.delivery.subscription import Subscription
from bus.log.rows import AttemptRow
from bus.ports import Answer, Reply
from bus.probing import Connected, Exchanged, LookedUp, Secured
from processors.status.report import Subscriber

SeenT = TypeVar("SeenT")


class At(NamedTuple, Generic[SeenT]):
    """What was seen, and when."""

    at_s: float
    seen: SeenT


class Kind(StrEnum):
    """What a test event is to show."""

    SIGNED = "signed"
    REPEATED = "repeated"
    UNKNOWN_TYPE = "unknown type"
    WRONG_SIGNATURE = "wrong signature"
    OTHER_CONTENT = "other content"


class Tried(NamedTuple):
    """One test event, and what came of it. `wanted` is how long a delivery waits."""

    kind: Kind
    at_s: float
    took_s: float
    reply: Reply
    event_type: str
    webhook_id: str
    content_type: str
    wanted_s: float

    @property
    def status(self) -> int:
        """The answer's status, 0 without one."""
        return self.reply.status if isinstance(self.reply, Answer) else 0

    @property
    def accepted(self) -> bool:
        """Whether it was answered 2xx."""
        return 200 <= self.status <= 299  # noqa: PLR2004 - success


class Sent(NamedTuple):
    """One test event by a sink, and what came of it."""

    at_s: float
    took_s: float
    outcome: Outcome
    event_type: str
    webhook_id: str


class Pace(NamedTuple):
    """Test events sent `flight` at a time: how long each answer took."""

    flight: int
    at_s: float
    took_s: Sequence[float]
    unanswered: int
    wanted_s: float


class Past(NamedTuple):
    """The attempts of a subscription since a time, as far as they could be read.

    `read_from_s` is later than `since_s` if there was no time to read them all.
    """

    at_s: float
    since_s: float
    read_from_s: float
    rows: Sequence[AttemptRow]
    unreadable: str = ""


@dataclass(slots=True, kw_only=True)
class Facts:
    """All there is to judge; filled while a diagnosis goes on.

    `subscription` is a made-up one for a bare URL, then `stored` is false. `signs`
    says if there is a secret to sign test events with; `why_not` why there is none.
    `sent` is of endpoints that are no webhooks; `missing` is what has to be installed
    or set up here for them, `unsent` why nothing was sent for another reason.
    """

    subscription: Subscription
    stored: bool
    signs: bool
    why_not: str
    began_s: float
    looked_up: At[LookedUp] | None = None
    connected: Sequence[At[Connected]] = ()
    secured: At[Secured] | None = None
    exchanged: At[Sequence[Exchanged]] | None = None
    tried: list[Tried]
    paces: list[Pace]
    past: Past | None = None
    standing: At[Subscriber | str] | None = None
    cut_short: str = ""
    sent: Sent | None = None
    missing: str = ""
    unsent: str = ""

    def one(self, kind: Kind) -> Tried | None:
        """The first test event of a kind."""
        return next((tried for tried in self.tried if tried.kind is kind), None)
