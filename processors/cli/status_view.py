"""How `bus status` shows the bus on one screen."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bus.delivery.presence import Presence, is_silent
from bus.topics.topic import Cluster
from processors.redrive.letter_rows import moment
from processors.redrive.rendering import span
from processors.screen.plain import plain
from processors.screen.prose import laid, laid_text, titled
from processors.screen.tables import Cell, Column, Table
from processors.screen.tables import Row as Cells
from processors.status.counting import Count
from processors.status.lagging import Backlog, Group
from processors.status.question import Unknown
from processors.status.report import HealthSaid, LogSaid, Report, Subscriber, troubles

T = TypeVar("T")

_PROCESSES = (
    Column("PROCESS"),
    Column("STATE"),
    Column("PROGRAMS", rank=2),
    Column("UP FOR", rank=1, right=True),
    Column("PAGES", rank=3),
)
_GROUPS = (
    Column("GROUP"),
    Column("MEMBERS", rank=1, right=True),
    Column("BEHIND", right=True),
    Column("OLDEST", right=True),
    Column("MOST IN", rank=2),
)
_COLOURS = {"open": "red", "half-open": "yellow", "closed": "green"}
_HEALTH = {"healthy": "green", "degraded": "yellow", "failing": "red"}
_UNKNOWN = Cell("?", style="red")


class Screenful:
    """A report for people."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Yield what is wrong first, then how everything is."""
        report = self._report
        width = options.max_width if console.is_terminal else None
        yield from _head(report, width)
        groups = [_groups(report)] if report.groups else []
        for table in (_processes(report), *groups, _subscriptions(report)):
            yield Text("")
            yield from (
                [table] if isinstance(table, Table) else laid_text(table, 4, width)
            )


def _head(report: Report, width: int | None) -> Iterator[Text]:
    wrong = troubles(report)
    yield Text(f"{moment(report.at_ms)}  ", style="bold").append(
        f"{len(wrong)} to look at" if wrong else "all is well",
        style="yellow" if wrong else "green",
    )
    for sentence in wrong:
        for line in laid(f"  ! {sentence}", 4, width):
            yield Text(line, style="yellow")
    if report.health is not None:
        yield Text("health      ").append_text(_health(_shortly(report, report.health)))
    for title, said in (
        ("broker", _either(report.cluster, _cluster)),
        ("registry", _either(_shortly(report, report.registry), str)),
        ("quarantine", _either(_shortly(report, report.quarantine), _pending)),
        ("log", _log(_shortly(report, report.log))),
    ):
        yield from map(Text, titled(title, said, 12, width))


def _health(said: HealthSaid | Unknown) -> Text:
    if isinstance(said, Unknown):
        return Text(plain(_said(said)))
    style = _HEALTH.get(said.state, "")
    return Text(said.state if said.looks else "nobody looks: bus run watch", style)


def _log(said: LogSaid | Unknown | None) -> str:
    if said is None:
        return "nobody writes one"
    if isinstance(said, Unknown):
        return _said(said)
    if said.trouble:
        return f"its database takes nothing: {said.trouble}"
    if said.lag_s is None:
        return "being begun"
    return f"{span(said.lag_s * 1000)} behind"


def _either(part: T | Unknown, shown: Callable[[T], str]) -> str:
    return _said(part) if isinstance(part, Unknown) else shown(part)


def _said(unknown: Unknown) -> str:
    return f"unknown: {unknown.why}" if unknown.why else "unknown"


def _shortly(report: Report, part: T | Unknown) -> T | Unknown:
    """Without the reason where it is said of the broker, on which all else rests."""
    beside = isinstance(part, Unknown) and isinstance(report.cluster, Unknown)
    return Unknown("") if beside else part


def _cluster(cluster: Cluster) -> str:
    count = len(cluster.brokers)
    brokers = f"{count} broker{'s' * (count != 1)}"
    if cluster.missing:
        brokers += f", {len(cluster.missing)} away"
    lacks = f"{cluster.thin} partitions lack a copy" if cluster.thin else ""
    dead = f"{cluster.offline} partitions have no leader" if cluster.offline else ""
    return "; ".join(filter(None, [brokers, lacks, dead]))


def _pending(count: Count) -> str:
    return f"{_number(count)} pending"


def _number(count: Count | None) -> str:
    if count is None:
        return "?"
    return str(count.records) if count.exact else f"≤{count.records}"


def _processes(report: Report) -> Table | Text:
    there = _shortly(report, report.processes)
    if isinstance(there, Unknown):
        return Text(f"processes {_said(there)}", style="red")
    if not there:
        return Text("no process runs", style="red")
    rows = [_process(presence, report.at_ms) for presence in there]
    return Table(_PROCESSES, rows)


def _process(presence: Presence, now_ms: int) -> Cells:
    if is_silent(presence, now_ms):
        state = Cell(f"silent for {span(now_ms - presence.at_ms)}", style="red")
    elif presence.not_ready:
        state = Cell(f"not ready: {', '.join(presence.not_ready)}", style="yellow")
    else:
        state = Cell("ready", style="green")
    return (
        presence.name,
        state,
        " ".join(presence.programs),
        span(now_ms - presence.started_ms),
        presence.pages,
    )


def _groups(report: Report) -> Table:
    rows = [_group(name, g, report.at_ms) for name, g in report.groups.items()]
    return Table(_GROUPS, rows)


def _group(name: str, group: Group | Unknown, now_ms: int) -> Cells:
    if isinstance(group, Unknown):
        return (name, _UNKNOWN, _UNKNOWN, _UNKNOWN, "")
    backlog = group.backlog
    most = max(group.topics.items(), key=lambda item: item[1].records, default=None)
    deepest = f"{most[0]} ({most[1].records})" if most and most[1].records else "-"
    members = _UNKNOWN
    if group.members is not None:
        members = Cell(str(group.members), style="" if group.members else "yellow")
    return (name, members, str(backlog.records), _age(backlog, now_ms), deepest)


def _age(backlog: Backlog | None, now_ms: int) -> str:
    if backlog is None:
        return "?"
    if not backlog.records:
        return "-"
    if backlog.oldest_ms is None:
        return "?"
    return span(max(0, now_ms - backlog.oldest_ms))


def _subscriptions(report: Report) -> Table | Text:
    found = _shortly(report, report.subscriptions)
    if isinstance(found, Unknown):
        return Text(f"subscriptions {_said(found)}", style="red")
    loud = [one for one in found if not one.is_quiet]
    quiet = len(found) - len(loud)
    if not loud:
        word = "subscription" if quiet == 1 else "subscriptions"
        return Text(f"{quiet} {word}: active, nothing waits, none dead")
    tiers = sorted({tier for one in loud for tier in one.pending or ()}, key=_tier_key)
    columns = (
        Column("SUBSCRIPTION"),
        Column("STATE", rank=4),
        Column("BREAKER"),
        Column("PENDING", rank=1, right=True),
        Column("DEAD", rank=2, right=True),
        Column("OLDEST", rank=3, right=True),
        *(Column(tier.upper(), rank=5, right=True) for tier in tiers),
    )
    rows = [_subscriber(one, tiers, report.at_ms) for one in loud]
    more = f"{quiet} more: active, nothing waits, none dead" if quiet else ""
    return Table(columns, rows, below=more)


def _tier_key(tier: str) -> tuple[int, str]:
    return (len(tier), tier)


def _subscriber(one: Subscriber, tiers: Sequence[str], now_ms: int) -> Cells:
    pending = one.pending
    return (
        one.id,
        Cell(one.state, style="" if one.state == "active" else "yellow"),
        breaker_cell(one.breaker),
        pending_text(one),
        _number(one.dead),
        _age(one.backlog, now_ms),
        *(
            "?" if pending is None else str(pending.get(t, Backlog()).records)
            for t in tiers
        ),
    )


def breaker_cell(breaker: str | None) -> Cell:
    """A breaker's state, coloured."""
    if breaker is None:
        return _UNKNOWN
    return Cell(breaker, style=_COLOURS.get(breaker.partition(" ")[0], ""))


def pending_text(one: Subscriber) -> str:
    """How much waits for a subscription, "?" where that is not known."""
    return "?" if one.backlog is None else str(one.backlog.records)


def dead_text(one: Subscriber) -> str:
    """How many dead letters it has."""
    return _number(one.dead)
