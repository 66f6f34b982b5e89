"""The ledger of a migration: who sends which order, from which offset on.

An order belongs to a side by the hash of its id, so that none changes its sender while
a share stands. A step is a new epoch, which begins at stated offsets of the source
topics: what stands before them belongs to whom it belonged to.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bus.delivery.subscription import ID_PATTERN, Line
from bus.errors import ConfigurationError
from bus.expected import expected
from bus.migration.phases import ALL, Phase, Rung

MOST_EPOCHS: Final = 200
MOST_PROOFS: Final = 5
Id: TypeAlias = Annotated[str, Field(pattern=rf"^{ID_PATTERN.pattern}$")]
Share: TypeAlias = Annotated[int, Field(ge=0, le=ALL)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Place(NamedTuple):
    """Where an event stands in the source topics."""

    topic: str
    partition: int
    offset: int


class GateSaid(_Model):
    """What a gate said when a step was made."""

    gate: str
    state: str
    why: str


class Epoch(_Model):
    """From `starts` on, next offsets by partition, the new side has a share.

    It was decided on at `at_ms`, and written at `written_ms` or before: for those who
    know times, and no offsets, it took hold somewhere between. None: as it is read.
    """

    number: int
    phase: Phase
    share: Share
    at_ms: int
    written_ms: int | None = None
    starts: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    by: str = ""
    why: str = ""
    back: bool = False
    forced: bool = False
    gates: tuple[GateSaid, ...] = ()

    @property
    def held_ms(self) -> int:
        """When the epoch before it ended at the latest."""
        return self.at_ms if self.written_ms is None else self.written_ms

    @property
    def rung(self) -> Rung:
        """Where on the ladder it is."""
        return Rung(self.phase, self.share)

    def begun(self, place: Place) -> bool:
        """Whether it holds for an event that stands there.

        A topic or partition that was not there when it began is all after it.
        """
        offsets = self.starts.get(place.topic, ())
        if place.partition >= len(offsets):
            return True
        return place.offset >= offsets[place.partition]


class Counts(_Model):
    """What came of the pairs of one event type."""

    pairs: int
    different: int
    unpaired: int


class Differing(_Model):
    """What differs in several pairs of one event type, without anybody's values."""

    type: str
    kind: str
    outcome: str
    at: str
    count: int


class Proof(_Model):
    """A comparison that was attached: its hash, and what gates ask of it.

    `at_ms` is when it was made; `differences` are the gravest, a few of them.
    """

    at_ms: int
    hash: str
    verdict: str
    clean: bool
    first_ms: int | None
    last_ms: int | None
    types: dict[str, Counts]
    differences: tuple[Differing, ...] = ()
    by: str = ""


class Limits(_Model):
    """What the gates ask for.

    Attributes:
        pairs: Of each event type, without a difference.
        days: How long what was compared lasted.
        fresh_h: How old the comparison may be.
        hold_h: How long a share stands before the next.
        deliveries: How many attempts the new side has made by then.
        success: Which share of them was accepted.
        p95_s: Within how many seconds 95 % of them were answered.
        duplicates: Which share of what was accepted may have come before.
    """

    pairs: Annotated[int, Field(ge=0, le=10**9)] = 3_000
    days: Annotated[float, Field(ge=0, le=366)] = 7
    fresh_h: Annotated[float, Field(gt=0, le=9_000)] = 24
    hold_h: Annotated[float, Field(ge=0, le=9_000)] = 24
    deliveries: Annotated[int, Field(ge=1, le=10**9)] = 100
    success: Annotated[float, Field(gt=0, le=1)] = 0.995
    p95_s: Annotated[float, Field(gt=0, le=9_000)] = 2.0
    duplicates: Annotated[float, Field(ge=0, le=1)] = 0.05


class Migration(_Model):
    """A subscription that takes over orders, bit by bit.

    Attributes:
        id: Of the subscription that is the new side.
        old: Id of the subscription that is the old side; empty: a sender outside.
        overlap_s: For so long around a step an old sender outside sends as well: what
            was under way comes twice, with one id, and nothing is missed.
        shares: Those of the canary, in percent, rising.
    """

    id: Id
    old: Annotated[str, Field(pattern=rf"^({ID_PATTERN.pattern})?$")] = ""
    about: Line = ""
    overlap_s: Annotated[float, Field(ge=0, le=86_400)] = 60
    shares: tuple[Annotated[int, Field(ge=1, lt=ALL)], ...] = (1, 5, 25, 50)
    limits: Limits = Limits()
    epochs: Annotated[tuple[Epoch, ...], Field(min_length=1)]
    proofs: tuple[Proof, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if list(self.shares) != sorted(set(self.shares)):
            raise ValueError("shares: expected rising ones, each once")
        if self.old == self.id:
            raise ValueError("old: expected another subscription than the new one")
        return self

    @property
    def now(self) -> Epoch:
        """The newest epoch."""
        return self.epochs[-1]

    @property
    def back_ms(self) -> int | None:
        """When orders last went back, in earnest or as a rehearsal; None: never.

        A step back that returned no order shows nothing.
        """
        steps = pairwise(self.epochs)
        gave = (one.at_ms for was, one in steps if one.back and one.share < was.share)
        return max(gave, default=None)

    def at(self, place: Place) -> Epoch:
        """The epoch in which an event is that stands there."""
        found = (one for one in reversed(self.epochs) if one.begun(place))
        return next(found, self.epochs[0])

    def with_epoch(self, epoch: Epoch) -> Self:
        """After a step; of very many the oldest are forgotten."""
        return self.model_copy(update={"epochs": (*self.epochs, epoch)[-MOST_EPOCHS:]})

    def with_proof(self, proof: Proof) -> Self:
        """With another comparison attached; the newest count."""
        return self.model_copy(update={"proofs": (*self.proofs, proof)[-MOST_PROOFS:]})


def restore_migration(
    key: bytes, value: bytes, written_ms: int | None = None
) -> Migration:
    """The migration that was stored; fields of a newer version are left out.

    `written_ms` is when Kafka took the record: the newest epoch was not written later.

    Raises:
        ConfigurationError: These bytes are none with this id.
    """
    try:
        found = Migration.model_validate_json(value)
    except ValidationError as error:
        raise ConfigurationError(told(error)) from None
    if found.id.encode() != key:
        raise ConfigurationError("id: differs from the record's key")
    if written_ms is None or found.now.written_ms is not None:
        return found
    now = found.now.model_copy(update={"written_ms": max(found.now.at_ms, written_ms)})
    return found.model_copy(update={"epochs": (*found.epochs[:-1], now)})


def store_migration(migration: Migration) -> bytes:
    """The bytes it is stored as."""
    return migration.model_dump_json().encode()


def told(error: ValidationError) -> str:
    """What is wrong with fields, a line each."""
    wrong = error.errors(include_url=False, include_input=False)
    places = [".".join(map(str, one["loc"])) for one in wrong]
    says = [expected(one["type"], one.get("ctx", {}), one["msg"]) for one in wrong]
    lines = zip(places, says, strict=True)
    return "\n".join(f"{at}: {why}" if at else why for at, why in lines)


def first_epoch(at_ms: int, by: str) -> Epoch:
    """What a migration begins with: all orders are the old side's."""
    return Epoch(number=1, phase=Phase.INVENTORY, share=0, at_ms=at_ms, by=by)


def starts_of(ends: Mapping[tuple[str, int], int]) -> dict[str, tuple[int, ...]]:
    """Next offsets by topic, of the ends of all partitions."""
    found: dict[str, tuple[int, ...]] = {}
    for topic in {topic for topic, _ in ends}:
        numbers = [partition for name, partition in ends if name == topic]
        offsets = (ends.get((topic, n), 0) for n in range(max(numbers) + 1))
        found[topic] = tuple(offsets)
    return found
