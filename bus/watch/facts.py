"""What the rules are judged by: the bus as it was found at one moment.

Times are epoch seconds, ages and spans seconds. What is None could not be found out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bus.delivery.objective import OwnObjective
from bus.intake.health.figures import SourceFigures
from bus.log.health import Figures, figures_of
from bus.watch.verdicts import Kind, Subject, Whose

FIVE_MINUTES, HALF_HOUR, HOUR = 300, 1_800, 3_600
SIX_HOURS, THREE_DAYS = 21_600, 259_200
SPANS = (FIVE_MINUTES, HALF_HOUR, HOUR, SIX_HOURS, THREE_DAYS)
"""The spans of time that figures are asked for."""
NOTHING = figures_of(())
"""The figures of somebody without any attempt."""


class Part(StrEnum):
    """What is asked for by itself, and may stay without an answer by itself."""

    CLUSTER = "cluster"
    PROCESSES = "processes"
    SUBSCRIPTIONS = "subscriptions"
    SOURCES = "sources"
    RETRIES = "retries"
    COUNTS = "counts"
    QUARANTINE = "quarantine"
    PARKED = "parked"
    INTAKES = "intakes"
    SUBMISSIONS = "submissions"


@dataclass(frozen=True, slots=True)
class Objective:
    """What is aimed at for a subscription.

    `success` of its deliveries are accepted, none waiting for longer than five minutes;
    95 of 100 attempts take less than `p95_s`.
    """

    success: float = 0.995
    p95_s: float = 2.0


def aimed_at(own: OwnObjective, of_all: Objective) -> Objective:
    """What is aimed at for a subscription: its own, else what all have."""
    return Objective(
        success=of_all.success if own.success is None else own.success,
        p95_s=of_all.p95_s if own.p95_s is None else own.p95_s,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Records that wait, and the age of the oldest; None: it could not be read."""

    records: int = 0
    oldest_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """One subscription.

    It `hears` alerts if its types name events of the bus itself.
    `state` and `why` are its own words; `breaker` is closed, half_open or open in the
    process where it is worst. It is `overdrawn` if deliveries wait as its owner's
    expressions cost too much. `waiting` is by tier, `delays` how long a delivery may
    stand in each, an attempt included; `late` of these deliveries have waited for more
    than five minutes, at least. `figures` are by span. `secret_ends` is when the last
    secret ends, if it does; `certificate_ends` when the endpoint's certificate does,
    which is not `certificate_known` before it was seen.
    """

    id: str
    owner: str = ""
    hears: bool = False
    state: str = "active"
    why: str = ""
    unproven: bool = False
    breaker: str | None = "closed"
    overdrawn: bool = False
    waiting: Mapping[str, Waiting] | None = field(default_factory=dict)
    delays: Mapping[str, float] = field(default_factory=dict)
    late: int = 0
    figures: Mapping[int, Figures] | None = field(default_factory=dict)
    secret_ends: float | None = None
    certificate_ends: float | None = None
    certificate_known: bool = True
    objective: Objective = Objective()

    def within(self, span: int) -> Figures:
        """Its figures of a span; those of nobody where there are none."""
        return (self.figures or {}).get(span, NOTHING)

    @property
    def holds(self) -> bool:
        """Whether its deliveries wait because somebody wants it so."""
        return self.state != "active" or self.unproven


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What came into a topic, against what is usual at this time of the week.

    `silent_s` is how long nothing has come, `expected` how many events usually come in
    such a time (None: too little is known of it). `z` is the robust z of each of the
    last whole minutes, oldest first; empty where too little is known.
    """

    silent_s: float = 0.0
    expected: float | None = None
    z: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One source topic.

    `still` has partitions with something to do in which nothing was settled for so
    many seconds; `read` says whether anybody reads the topic.
    """

    name: str
    waiting: Waiting = Waiting()
    still: Mapping[int, float] = field(default_factory=dict)
    read: bool = True
    arrivals: Arrivals = Arrivals()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFacts:
    """One program: who runs it and speaks, who fell silent, who is not ready and why.

    `wanted`: it has to run whatever else does.
    """

    name: str
    awake: Sequence[str] = ()
    silent: Sequence[str] = ()
    not_ready: Mapping[str, str] = field(default_factory=dict)
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class LogFacts:
    """By how much the log is behind, and what its writer says is wrong."""

    lag_s: float | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """Kafka: brokers away, partitions without a leader, partitions that lack a copy."""

    away: Sequence[int] = ()
    offline: int = 0
    thin: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedFacts:
    """A group of parked orders; money in the one currency.

    `new`: its first order came within a day, or it came back after it was fixed;
    `assigned`: somebody looks after it.
    """

    group: str
    name: str
    orders: int
    at_risk: float
    currency: str
    new: bool = True
    assigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFacts:
    """A source of intake.

    `state` and `why` are its own words. `rotated` is when its newest secret was given
    to it, beside another; `ending` has the secrets that end, and when. `arrivals` are
    what it sends by itself. `waiting` is what is kept and not converted yet; in the
    partitions in `still` nothing of it was for so many seconds.
    """

    id: str
    owner: str = ""
    state: str = "active"
    why: str = ""
    rotated: float | None = None
    ending: Mapping[str, float] = field(default_factory=dict)
    arrivals: Arrivals = Arrivals()
    waiting: Waiting = Waiting()
    still: Mapping[int, float] = field(default_factory=dict)
    figures: SourceFigures = field(default_factory=SourceFigures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of it at `at`. `unknown` has the parts that gave no answer, and why."""

    at: float
    subscriptions: Sequence[SubscriptionFacts] = ()
    sources: Sequence[SourceFacts] = ()
    programs: Sequence[ProgramFacts] = ()
    log: LogFacts | None = None
    cluster: ClusterFacts = ClusterFacts()
    quarantined: int = 0
    parked: Sequence[ParkedFacts] = ()
    intakes: Sequence[IntakeFacts] = ()
    unknown: Mapping[Part, str] = field(default_factory=dict)

    @property
    def whose(self) -> Mapping[Subject, Whose]:
        """Whose each subscription is, and each source of intake."""
        return {
            Subject(Kind.SUBSCRIPTION, one.id): Whose(one.owner, one.hears)
            for one in self.subscriptions
        } | {Subject(Kind.INTAKE, one.id): Whose(one.owner) for one in self.intakes}
