"""What a rule says of somebody."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from typing_extensions import override


class Health(StrEnum):
    """How somebody is, worst first in `WORST`."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAILING = "failing"
    HELD = "held"
    UNKNOWN = "unknown"


WORST = (Health.FAILING, Health.DEGRADED, Health.UNKNOWN, Health.HELD, Health.HEALTHY)


class Severity(StrEnum):
    """Who is told: `page` wakes somebody, `ticket` is for today."""

    PAGE = "page"
    TICKET = "ticket"


class Kind(StrEnum):
    """What somebody is."""

    BUS = "bus"
    PROGRAM = "program"
    SOURCE = "source"
    SUBSCRIPTION = "subscription"
    PARKED = "parked"
    INTAKE = "intake"


class Subject(NamedTuple):
    """Whom it is about."""

    kind: Kind
    name: str = "bus"

    @override
    def __str__(self) -> str:
        """As it is shown, and part of an alert's key."""
        return f"{self.kind}/{self.name}"


class Whose(NamedTuple):
    """Whose somebody is, and whether they hear alerts over the bus itself."""

    owner: str = ""
    hears: bool = False

    @property
    def account(self) -> str | None:
        """Whose subscriptions hear, over the bus, how it fares; None: nobody's.

        Empty: the operators' alone, who hear everything else too. Nobody of its own
        owner hears of a subscription that takes alerts itself: a notice that fails to
        reach it would else be cause for the next one, in a circle.
        """
        if not self.hears:
            return self.owner
        return "" if self.owner else None


@dataclass(frozen=True, slots=True)
class Said:
    """A rule's word on a subject: it is so, for this reason.

    Not `certain`: the facts do not say whether it is so, and an alert stays what it is.
    Whom a rule does not mention is well by it.
    """

    subject: Subject
    evidence: str = ""
    certain: bool = True
