"""What there is to say of the bus at one moment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.delivery.presence import Presence, breakers_of, is_silent
from bus.topics.topic import Cluster
from processors.status.counting import Count
from processors.status.lagging import Backlog, Group
from processors.status.question import Unknown

PROGRAMS = ("fanout", "retry", "ordered")
LOG_WRITER = "projector"
LOG_LATE_S = 60.0
"""From which lag of the log on somebody should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One subscription: what waits by tier, in its ordered topic as "ordered".

    What is None is not known.
    """

    id: str
    state: str
    breaker: str | None
    pending: Mapping[str, Backlog] | None
    dead: Count | None

    @property
    def backlog(self) -> Backlog | None:
        """All that waits."""
        if self.pending is None:
            return None
        return sum(self.pending.values(), Backlog())

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say of it."""
        return (
            self.state == "active"
            and self.breaker in {"closed", "-"}
            and self.backlog is not None
            and not self.backlog.records
            and self.dead is not None
            and not self.dead.records
        )


@dataclass(frozen=True, slots=True)
class LogSaid:
    """By how much the log is behind, the slowest part of it, and what is wrong."""

    lag_s: float | None
    trouble: str


@dataclass(frozen=True, slots=True)
class HealthSaid:
    """What the watch says of the whole bus; `looks`: whether one runs at all."""

    state: str
    reasons: Sequence[str] = ()
    looks: bool = True

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to say; so it is where nobody looks."""
        return self.state == "healthy" or not self.looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole bus; times are epoch ms. `health` is None where nobody asked for it."""

    at_ms: int
    cluster: Cluster | Unknown
    registry: str | Unknown
    processes: Sequence[Presence] | Unknown
    groups: Mapping[str, Group | Unknown]
    subscriptions: Sequence[Subscriber] | Unknown
    quarantine: Count | Unknown
    health: HealthSaid | Unknown | None = None

    @property
    def log(self) -> LogSaid | Unknown | None:
        """What those who write the log say of it; None if nobody does."""
        if isinstance(self.processes, Unknown):
            return self.processes
        awake = [p for p in self.processes if not is_silent(p, self.at_ms)]
        writers = [p for p in awake if LOG_WRITER in p.programs]
        if not writers:
            return None
        lags = [p.log_lag_s for p in writers if p.log_lag_s is not None]
        why = next((p.log_trouble for p in writers if p.log_trouble), "")
        return LogSaid(max(lags, default=None), why)

    @property
    def unknown(self) -> Mapping[str, str]:
        """What could not be found out, each with why."""
        parts = {
            "broker": self.cluster,
            "registry": self.registry,
            "processes": self.processes,
            **{f"group {name}": group for name, group in self.groups.items()},
            "subscriptions": self.subscriptions,
            "quarantine": self.quarantine,
            "health": self.health,
        }
        return {
            name: part.why for name, part in parts.items() if isinstance(part, Unknown)
        }


def breaker_of(
    name: str, there: Sequence[Presence] | Unknown, now_ms: float
) -> str | None:
    """The state of a subscription's breakers, over all processes that deliver.

    `open`, `open in 2 of 4`; "-" where no process runs, None where that is not known.
    """
    if isinstance(there, Unknown):
        return None
    awake = [
        p for p in there if not is_silent(p, now_ms) and {*PROGRAMS} & {*p.programs}
    ]
    if not awake:
        return "-"
    states = breakers_of(awake, now_ms).get(name, {})
    for state in ("open", "half_open"):
        if count := states.get(state, 0):
            word = state.replace("_", "-")
            return word if count == len(awake) else f"{word} in {count} of {len(awake)}"
    return "closed"


def troubles(report: Report) -> list[str]:
    """What somebody should look at, gravest first; nothing if all is well."""
    return [
        *_of_cluster(report),
        *_of_processes(report),
        *_of_rest(report),
        *_of_health(report),
    ]


def _of_cluster(report: Report) -> Iterator[str]:
    unknown = report.unknown
    if isinstance(report.cluster, Unknown) and len(unknown) > 1:
        others = ", ".join(name for name in unknown if name != "broker")
        why = report.cluster.why
        said = why if why.startswith("Kafka ") else f"Kafka: {why}"
        yield f"{said}; so nobody knows of {others}"
        return
    for name, why in unknown.items():
        yield f"{name}: unknown: {why}"
    if isinstance(report.cluster, Unknown):
        return
    if report.cluster.offline:
        yield f"{report.cluster.offline} partitions have no leader"
    if report.cluster.missing:
        ids = ", ".join(map(str, report.cluster.missing))
        yield f"broker {ids} is away"
    if report.cluster.thin:
        yield f"{report.cluster.thin} partitions lack a copy"


def _of_processes(report: Report) -> Iterator[str]:
    if isinstance(report.processes, Unknown):
        return
    awake = [p for p in report.processes if not is_silent(p, report.at_ms)]
    run = {program for p in awake for program in p.programs}
    idle = [program for program in PROGRAMS if program not in run]
    if not run.intersection(PROGRAMS):
        yield "no process runs: bus run"
    elif idle:
        yield f"nobody runs {', '.join(idle)}: bus run {idle[0]}"
    for presence in report.processes:
        if is_silent(presence, report.at_ms):
            yield f"process {presence.name} is silent: killed, frozen or cut off"
        elif presence.not_ready:
            why = "; ".join(f"{n}: {said}" for n, said in presence.not_ready.items())
            yield f"process {presence.name} is not ready: {why}"


def _of_rest(report: Report) -> Iterator[str]:
    if not isinstance(report.subscriptions, Unknown):
        shut = [s.id for s in report.subscriptions if s.breaker not in _CLOSED]
        dead = sum(s.dead.records for s in report.subscriptions if s.dead)
        if shut:
            yield f"breakers not closed: {', '.join(shut[:_NAMED])}{_more(shut)}"
        if dead:
            what = "letter is" if dead == 1 else "letters are"
            yield f"{dead} dead {what} pending: bus dlq list"
    if isinstance(log := report.log, LogSaid):
        yield from _of_log(log)
    if isinstance(report.quarantine, Count) and report.quarantine.records:
        count = report.quarantine.records
        what = f"record{'' if count == 1 else 's'} in quarantine"
        yield f"{count} {what}: bus quarantine list"


def _of_log(log: LogSaid) -> Iterator[str]:
    if log.trouble:
        yield f"the log's database takes nothing: {log.trouble}"
    elif log.lag_s is not None and log.lag_s > LOG_LATE_S:
        yield f"the log is {log.lag_s:.0f} s behind"


def _of_health(report: Report) -> Iterator[str]:
    said = report.health
    if isinstance(said, HealthSaid) and not said.is_well:
        more = f" (and {len(said.reasons) - 1} more)" if len(said.reasons) > 1 else ""
        why = f": {said.reasons[0]}{more}" if said.reasons else ""
        yield f"{said.state}{why}; bus health"


_NAMED = 5
_CLOSED = frozenset({"closed", "-", None})


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""


def nothing_known(at_ms: int, why: str) -> Report:
    """What there is to say where Kafka cannot be reached."""
    unknown = Unknown(why)
    return Report(
        at_ms=at_ms,
        cluster=unknown,
        registry=unknown,
        processes=unknown,
        groups={},
        subscriptions=unknown,
        quarantine=unknown,
    )
