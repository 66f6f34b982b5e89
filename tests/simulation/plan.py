"""What is decided before a simulation begins: a world and its troubles."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from bus.delivery.choices import Exhausted, Ordering
from tests.simulation.producers import OMS, Habit

SCHEMAS = 5
"""Events take turns with so many schemas."""
PATIENCE_S = 3.0
"""How long a partition waits for a schema that is refused."""


class Kind(StrEnum):
    """What befalls the world at a moment."""

    CRASH = "crash"
    FREEZE = "freeze"
    ROLL = "roll"
    SCALE = "scale"
    EXPEL = "expel"
    BROKER_AWAY = "broker away"
    REGISTRY_AWAY = "registry away"
    CLOCK_JUMP = "clock jump"
    PAUSE = "pause"
    RESUME = "resume"
    UPDATE = "update"
    ADD = "add"
    REMOVE = "remove"
    ACK = "ack"
    EXPIRE = "retention overtakes"
    TOPIC_ANEW = "topic made anew"


class Fate(StrEnum):
    """What has to become of an event: it goes out, or stands aside, or either."""

    GIVEN = "given"
    ASIDE = "aside"
    OPEN = "open"


class Mood(StrEnum):
    """How a partner's endpoint answers."""

    GOOD = "good"
    FLAKY = "flaky"
    FAILING = "failing"
    HANGING = "hanging"
    THROTTLING = "throttling"
    REFUSING = "refusing"
    GONE = "gone"
    RESETTING = "resetting"
    SLOW = "slow"


class Damage(StrEnum):
    """What keeps a record from being an event."""

    BODY = "cut short"
    HEADER = "a header's name is not UTF-8"


class Form(StrEnum):
    """How a foreign producer may write an event, and does in some worlds."""

    PLAIN = "plain"
    FAR = "a time beyond Python's"
    NO_TIME = "a ce_time that is none"
    JSON = "a CloudEvent in JSON"


@dataclass(frozen=True)
class Partner:
    """A subscription and the endpoint behind it. Times are seconds."""

    id: str
    mood: Mood
    ordering: Ordering
    on_exhausted: Exhausted
    retry: tuple[str, ...]
    concurrency: int
    rate: float | None
    timeout_s: float
    filtered: bool
    late: bool


@dataclass(frozen=True)
class Send:
    """An event of an order, or a record that nobody can decode.

    A `large` one fits no topic of a hop; `created_ms` is a time of its producer's.
    """

    at: float
    number: int
    order: str
    damage: Damage | None = None
    large: bool = False
    created_ms: int | None = None
    habit: Habit = OMS
    form: Form = Form.PLAIN

    @property
    def damaged(self) -> bool:
        """Whether nobody can decode it."""
        return self.damage is not None


@dataclass(frozen=True)
class Trouble:
    """Something that happens at a moment, for a while, to somebody."""

    at: float
    kind: Kind
    target: int
    length_s: float
    callbacks: int


@dataclass(frozen=True)
class Refusal:
    """A schema that the registry does not give before a moment, and gives others."""

    schema: int
    until: float


@dataclass(frozen=True)
class Options:
    """How the world and the engine are set up. Times are seconds."""

    processes: int
    shuffle: bool
    calm: bool
    latency_s: float
    refused: float
    acks_lost: float
    commits_lost: float
    session_s: float
    commit_interval_s: float
    drain_s: float
    intake_limit: int
    in_flight: int
    waiting_limit: int


@dataclass(frozen=True)
class Plan:
    """A whole simulation."""

    seed: int
    options: Options
    partners: tuple[Partner, ...]
    sends: tuple[Send, ...]
    troubles: tuple[Trouble, ...]
    refusal: Refusal | None = None

    def refuses(self, number: int) -> bool:
        """Whether the schema of an event is one that is not given at first."""
        return self.refusal is not None and number % SCHEMAS == self.refusal.schema

    @property
    def heals_at(self) -> float:
        """When all troubles end."""
        ends = [t.at + t.length_s for t in self.troubles]
        return max([*ends, *(s.at for s in self.sends)], default=0.0) + 2.0


def seeded(text: str) -> Random:
    """A generator that is always the same for a text."""
    return Random(text)  # noqa: S311 - no secret comes of it
