"""The schedule of faults: a seed decides which, where, when and for how long."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")
ROLES = ("fanout", "retry", "ordered")
EACH = 2
"""Processes of each role."""
BROKERS = 3


class Kind(StrEnum):
    """What goes wrong."""

    KILL = "process killed"
    FREEZE = "process frozen"
    STORM = "rebalance storm"
    QUEUE = "producer queue full"
    REGISTRY = "registry away"
    BROKER = "broker killed"
    ROLLING = "rolling restart"
    DISK = "broker's disk full"
    ERRORS = "partner answers 500"
    HANG = "partner hangs"
    RESET = "partner resets"
    CUT = "partner closes mid-answer"
    LARGE = "partner answers 10 MB"
    REDIRECT = "partner redirects to loopback"
    FOREIGN = "odd records of a foreign client"
    RENEWED = "source topic made anew"
    REFUSED = "registry refuses single ids"
    SERVER_KILLED = "partner's server killed"
    SERVER_FROZEN = "partner's server frozen"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: begins `gap_s` after the lane's last, is cured after `lasts_s`.

    `role`, `member`, `broker` and `server` say whom it hits, where that matters.
    """

    kind: Kind
    gap_s: float
    lasts_s: float
    role: str
    member: int
    broker: int
    server: int = 0


PARTNERS_LANE = "partners"
# Faults of one lane follow each other, lanes run at once. One broker of three may
# be away at a time: the bus promises no more.
LANES: Mapping[str, tuple[Kind, ...]] = {
    "processes": (Kind.KILL, Kind.FREEZE, Kind.STORM, Kind.QUEUE, Kind.REGISTRY),
    "brokers": (Kind.BROKER, Kind.ROLLING, Kind.DISK),
    "records": (Kind.FOREIGN, Kind.RENEWED, Kind.REFUSED),
    PARTNERS_LANE: (
        *(Kind.ERRORS, Kind.HANG, Kind.RESET),
        *(Kind.CUT, Kind.LARGE, Kind.REDIRECT),
    ),
}
SERVERS = 5
SINK_LANES: Mapping[str, tuple[Kind, ...]] = {
    "processes": (Kind.KILL, Kind.FREEZE),
    "brokers": (Kind.BROKER,),
    "servers": (Kind.SERVER_KILLED, Kind.SERVER_FROZEN),
}
"""Of a run over all kinds of sinks: the same, and the servers of the partners."""
_LASTS_S: Mapping[Kind, tuple[float, float]] = {
    Kind.KILL: (0.2, 9.0),
    Kind.FREEZE: (7.0, 12.0),  # longer than the session timeout of 6 s
    Kind.STORM: (4.0, 10.0),
    Kind.QUEUE: (4.0, 10.0),
    Kind.REGISTRY: (3.0, 10.0),
    Kind.BROKER: (1.0, 10.0),
    Kind.ROLLING: (0.5, 2.0),
    Kind.DISK: (1.0, 5.0),
    Kind.FOREIGN: (0.0, 0.0),
    Kind.RENEWED: (0.5, 3.0),
    Kind.REFUSED: (3.0, 10.0),
    Kind.SERVER_KILLED: (0.5, 8.0),
    Kind.SERVER_FROZEN: (3.0, 12.0),  # shorter and longer than an attempt may take
}
_PARTNER_LASTS_S = (2.0, 6.0)
_GAP_S: Mapping[str, tuple[float, float]] = {
    "processes": (1.0, 5.0),
    "brokers": (3.0, 15.0),
    "records": (5.0, 20.0),
    "servers": (1.0, 5.0),
    PARTNERS_LANE: (0.5, 2.0),
}


def schedule(
    seed: int,
    lane: str,
    only: Collection[Kind] = (),
    lanes: Mapping[str, Sequence[Kind]] = LANES,
) -> Iterator[Fault]:
    """The faults of a lane without end, or none; `only` leaves out all others.

    Each kind comes once before any comes again, and so does each victim.
    """
    rng = random.Random(f"{seed} {lane}")  # noqa: S311 - not a secret
    kinds = [kind for kind in lanes[lane] if not only or kind in only]
    processes = bag(rng, [(r, m) for r in ROLES for m in range(EACH)])
    brokers = bag(rng, range(BROKERS))
    servers = bag(random.Random(f"{seed} servers"), range(SERVERS))  # noqa: S311 - as above
    for kind in bag(rng, kinds):
        role, member = next(processes)
        yield Fault(
            kind,
            gap_s=round(rng.uniform(*_GAP_S[lane]), 1),
            lasts_s=round(rng.uniform(*_LASTS_S.get(kind, _PARTNER_LASTS_S)), 1),
            role=role,
            member=member,
            broker=next(brokers),
            server=next(servers),
        )


def bag(rng: random.Random, things: Sequence[T]) -> Iterator[T]:
    """All of them in some order, then again in another, for ever."""
    while things:
        yield from rng.sample(things, len(things))
