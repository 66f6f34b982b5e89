"""The schedule of kills: a seed decides who, when and for how long."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from types import MappingProxyType

from tests.faults.plan import BROKERS, EACH, bag


class Victim(StrEnum):
    """Who is killed (SIGKILL)."""

    DOOR = "door"
    CONVERT = "convert"
    BROKER = "broker"


@dataclass(frozen=True, slots=True)
class Kill:
    """One of its kind is killed `gap_s` after the last is whole, away for `lasts_s`."""

    victim: Victim
    member: int
    gap_s: float
    lasts_s: float


_GAP_S: Mapping[Victim, tuple[float, float]] = MappingProxyType(
    {
        Victim.DOOR: (3.0, 12.0),
        Victim.CONVERT: (4.0, 15.0),
        Victim.BROKER: (8.0, 25.0),
    }
)
_LASTS_S: Mapping[Victim, tuple[float, float]] = MappingProxyType(
    {
        Victim.DOOR: (0.1, 4.0),
        Victim.CONVERT: (0.1, 6.0),
        Victim.BROKER: (0.5, 8.0),
    }
)
MEMBERS: Mapping[Victim, int] = MappingProxyType(
    {Victim.DOOR: EACH, Victim.CONVERT: EACH, Victim.BROKER: BROKERS}
)


def schedule(seed: int, victim: Victim) -> Iterator[Kill]:
    """Kills of one kind without end: each member once before any again.

    One of a kind is away at a time; the kinds know nothing of each other.
    """
    rng = Random(f"{seed} {victim}")  # noqa: S311 - not a secret
    for member in bag(rng, range(MEMBERS[victim])):
        gap_s = round(rng.uniform(*_GAP_S[victim]), 1)
        lasts_s = round(rng.uniform(*_LASTS_S[victim]), 1)
        yield Kill(victim, member, gap_s, lasts_s)
