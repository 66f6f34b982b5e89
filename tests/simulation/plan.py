"""What one seed decides before a simulation begins: a world and its troubles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from bus.delivery.choices import Exhausted, Ordering
from tests.simulation.odd import draw_oddity
from tests.simulation.producers import OMS, Habit, habits

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


def make_plan(seed: int) -> Plan:
    """The plan of a seed, always the same."""
    random = seeded(f"plan {seed}")
    calm = random.random() < 0.25
    lasts_s = random.choice((3.0, 8.0, 15.0))
    partners = tuple(
        _partner(random, i, calm=calm) for i in range(random.randint(2, 4))
    )
    spread_s = random.choice((0.05, lasts_s, lasts_s))
    sends = tuple(
        Send(
            at=1.0 + random.random() * spread_s,
            number=number,
            order=f"SO-{random.randint(1, 3)}",
            damage=_damage(random.random()),
            form=_form(seeded(f"form {seed} {number}")),
        )
        for number in range(random.randint(3, 14))
    )
    written = habits(seeded(f"habits {seed}"), len(sends))
    sends = tuple(
        replace(send, habit=habit) for send, habit in zip(sends, written, strict=True)
    )
    odd = seeded(f"odd {seed}")
    return Plan(
        seed,
        _options(random, calm=calm),
        partners,
        tuple(_odd(odd, send) for send in sorted(sends, key=lambda s: s.at)),
        tuple(_troubles(random, lasts_s, _CALM if calm else _KINDS)),
        _refusal(seeded(f"refusal {seed}"), sends),
    )


def _odd(random: Random, send: Send) -> Send:
    large, created_ms = draw_oddity(random)
    return replace(send, large=large, created_ms=created_ms)


def _refusal(random: Random, sends: tuple[Send, ...]) -> Refusal | None:
    """Of one schema in some worlds: healed in time, healed too late, or never."""
    if random.random() > 0.2:
        return None
    schema = random.randrange(SCHEMAS)
    meant = [send.at for send in sends if send.number % SCHEMAS == schema]
    lasts_s = random.choice((PATIENCE_S / 2, 3 * PATIENCE_S, float("inf")))
    return Refusal(schema, min(meant, default=0.0) + lasts_s)


def _damage(draw: float) -> Damage | None:
    if draw < _CUT:
        return Damage.BODY
    return Damage.HEADER if draw < _ODD else None


_CUT, _ODD = 0.03, 0.06


def _form(random: Random) -> Form:
    return random.choices(list(Form), (88, 4, 4, 4))[0]


def _troubles(
    random: Random, lasts_s: float, kinds: Mapping[Kind, int]
) -> Iterator[Trouble]:
    """Some on their own, some in the wake of the one before."""
    at = 1.0  # when the events begin
    for _ in range(random.randint(0, 6)):
        alone = random.random() < 0.5
        at = random.random() * (lasts_s + 4) if alone else at + random.random()
        yield Trouble(
            at=at,
            kind=random.choices(list(kinds), list(kinds.values()))[0],
            target=random.randrange(1000),
            length_s=random.choice((0.3, 1.0, 4.0)),
            callbacks=int(random.random() ** 2 * 40) + 1,
        )


_KINDS = {
    Kind.CRASH: 8,
    Kind.FREEZE: 4,
    Kind.ROLL: 3,
    Kind.SCALE: 3,
    Kind.EXPEL: 7,
    Kind.BROKER_AWAY: 2,
    Kind.REGISTRY_AWAY: 3,
    Kind.CLOCK_JUMP: 1,
    Kind.PAUSE: 1,
    Kind.UPDATE: 2,
    Kind.REMOVE: 1,
    Kind.ACK: 2,
    Kind.EXPIRE: 2,
    Kind.TOPIC_ANEW: 2,
}
_CALM = {Kind.PAUSE: 1, Kind.UPDATE: 2, Kind.REMOVE: 1, Kind.ACK: 1}
_MOODS = {
    Mood.GOOD: 6,
    Mood.FLAKY: 4,
    Mood.FAILING: 2,
    Mood.HANGING: 2,
    Mood.THROTTLING: 1,
    Mood.REFUSING: 1,
    Mood.GONE: 1,
    Mood.RESETTING: 2,
    Mood.SLOW: 2,
}


def _partner(random: Random, index: int, *, calm: bool) -> Partner:
    mood = random.choices(list(_MOODS), list(_MOODS.values()))[0]
    narrow = random.random() < 0.3 and not (calm and mood is Mood.GOOD)
    return Partner(
        id=f"p{index}",
        mood=mood,
        ordering=random.choice((Ordering.NONE, Ordering.NONE, Ordering.KEY)),
        on_exhausted=random.choice((Exhausted.SKIP, Exhausted.SKIP, Exhausted.BLOCK)),
        retry=random.choice((("1s",), ("1s", "5s"), ("1s", "1s", "5s"))),
        concurrency=random.randint(1, 3) if narrow else 100,
        rate=random.choice((None, None, 2.0)) if narrow else None,
        timeout_s=random.choice((1.0, 3.0)),
        filtered=random.random() < 0.15,
        late=index > 0 and random.random() < 0.15,
    )


def _options(random: Random, *, calm: bool) -> Options:
    rough = not calm and random.random() < 0.5
    return Options(
        processes=random.choice((1, 1, 2, 2, 3)),
        shuffle=random.random() < 0.8,
        calm=calm,
        latency_s=random.choice((0.002, 0.02, 0.1)) if not calm else 0.004,
        refused=random.choice((0.02, 0.2)) if rough else 0.0,
        acks_lost=random.choice((0.02, 0.2)) if rough else 0.0,
        commits_lost=random.choice((0.05, 0.4)) if rough else 0.0,
        session_s=random.choice((1.0, 3.0)),
        commit_interval_s=random.choice((0.1, 0.5)),
        drain_s=random.choice((0.5, 2.0)),
        intake_limit=8192 if calm else random.choice((4, 4, 16, 8192)),
        in_flight=2000 if calm else random.choice((1, 4, 2000)),
        waiting_limit=500 if calm else random.choice((2, 8, 500)),
    )
