"""A report read back from its plain values: what a gateway told of the bus.

The other way of `processors.status.plain`: shown again, it is what was shown there, but
for times, which are told to a tenth of a second.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from pydantic import BaseModel

from bus.delivery.presence import Presence
from bus.errors import OrderbusError
from bus.times import read_rfc3339
from bus.topics.topic import Cluster
from processors.status.counting import Count
from processors.status.lagging import Backlog, Group
from processors.status.question import Unknown
from processors.status.report import HealthSaid, Report, Subscriber

T = TypeVar("T")
R = TypeVar("R")


class UnreadableStatusError(OrderbusError):
    """What a gateway tells of the bus is not what is expected."""


class _NotKnown(BaseModel):
    unknown: str


class _Backlog(BaseModel):
    behind: int
    oldest_s: float | None


class _Group(_Backlog):
    members: int | None
    topics: Mapping[str, _Backlog]


class _Process(BaseModel):
    name: str
    seen_s_ago: float
    up_s: float
    programs: tuple[str, ...]
    version: str = ""
    pages: str = ""
    not_ready: Mapping[str, str] = {}
    breakers: Mapping[str, str] = {}
    log_lag_s: float | None = None
    log_trouble: str = ""


class _Subscriber(BaseModel):
    id: str
    state: str
    breaker: str | None
    oldest_s: float | None
    by_tier: Mapping[str, int] | None
    dead: int | None
    dead_exact: bool | None


class _Report(BaseModel):
    at: str
    broker: Cluster | _NotKnown
    registry: str | _NotKnown
    quarantine: Count | _NotKnown
    health: HealthSaid | _NotKnown | None = None
    processes: Sequence[_Process] | _NotKnown
    groups: Mapping[str, _Group | _NotKnown]
    subscriptions: Sequence[_Subscriber] | _NotKnown


def report_of(told: Mapping[str, object]) -> Report:
    """The report that was told so.

    Raises:
        UnreadableStatusError: this is none that this version can read.
    """
    try:
        found = _Report.model_validate(told)
        at_ms = int(read_rfc3339(found.at).timestamp() * 1000)
    except ValueError as error:
        raise UnreadableStatusError(_WHY) from error
    read = _Reading(at_ms)
    return Report(
        at_ms=at_ms,
        cluster=_known(found.broker, _same),
        registry=_known(found.registry, _same),
        quarantine=_known(found.quarantine, _same),
        health=None if found.health is None else _known(found.health, _same),
        processes=_known(found.processes, read.processes),
        groups={
            name: _known(group, partial(read.group, name))
            for name, group in found.groups.items()
        },
        subscriptions=_known(found.subscriptions, read.subscribers),
    )


_WHY = "the gateway tells its status otherwise than this version of bus reads it"


def _same(part: T) -> T:
    return part


def _known(part: T | _NotKnown, read: Callable[[T], R]) -> R | Unknown:
    return Unknown(part.unknown) if isinstance(part, _NotKnown) else read(part)


class _Reading:
    """Ages as times, seen from one moment."""

    def __init__(self, at_ms: int) -> None:
        self._at_ms = at_ms

    def processes(self, told: Sequence[_Process]) -> Sequence[Presence]:
        return [self._process(one) for one in told]

    def _process(self, one: _Process) -> Presence:
        host, _, pid = one.name.rpartition("/")
        return Presence(
            host=host,
            pid=int(pid) if pid.isdecimal() else 0,
            programs=one.programs,
            started_ms=self._ago(one.up_s),
            version=one.version,
            pages=one.pages,
            not_ready=one.not_ready,
            breakers=one.breakers,
            log_lag_s=one.log_lag_s,
            log_trouble=one.log_trouble,
            at_ms=self._ago(one.seen_s_ago),
        )

    def group(self, name: str, told: _Group) -> Group:
        topics = {topic: self._backlog(one) for topic, one in told.topics.items()}
        return Group(name, told.members, topics)

    def subscribers(self, told: Sequence[_Subscriber]) -> Sequence[Subscriber]:
        return [self._subscriber(one) for one in told]

    def _subscriber(self, one: _Subscriber) -> Subscriber:
        pending: Mapping[str, Backlog] | None = None
        if one.by_tier is not None:
            pending = {
                tier: self._backlog(_Backlog(behind=count, oldest_s=one.oldest_s))
                for tier, count in one.by_tier.items()
            }
        return Subscriber(
            id=one.id,
            state=one.state,
            breaker=one.breaker,
            pending=pending,
            dead=None if one.dead is None else Count(one.dead, one.dead_exact is True),
        )

    def _backlog(self, told: _Backlog) -> Backlog:
        if not told.behind or told.oldest_s is None:
            return Backlog(told.behind)
        return Backlog(told.behind, self._ago(told.oldest_s))

    def _ago(self, seconds: float) -> int:
        return self._at_ms - round(seconds * 1000)
