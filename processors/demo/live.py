"""What the demo shows while it runs, and at its end."""

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.text import Text

from processors.demo.intake import Received
from processors.demo.partners import Partner
from processors.demo.tally import Count, Tally, percentiles
from processors.screen.tables import Cell, Column, Table

_LINE_EVERY_S = 5.0


class Show:
    """Draws progress: live on a terminal, else a line every few seconds."""

    def __init__(
        self, console: Console, tally: Tally, partners: tuple[Partner, ...]
    ) -> None:
        self._console = console
        self._tally = tally
        self._partners = partners
        self._live: Live | None = None
        self._last_line = float("-inf")

    def start(self) -> None:
        """Begin to draw."""
        if self._console.is_terminal:
            self._live = Live(
                console=self._console, refresh_per_second=4, transient=True
            )
            self._live.start()

    def stop(self) -> None:
        """Draw no more; what was drawn goes, `partner_table` tells the end."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def update(self, what: str, now: float, of: int) -> None:
        """Show how far it is; `of` events are planned."""
        if self._live is not None:
            self._live.update(self._screen(what, of))
        elif now - self._last_line >= _LINE_EVERY_S:
            self._last_line = now
            self._console.print(
                f"{what}: {self._tally.events} events, {self._tally.open} open"
            )

    def _screen(self, what: str, of: int) -> RenderableType:
        line = Text(f"{what}  {self._tally.events}/{of} events")
        return Group(
            line,
            _Bar(of, self._tally.events),
            partner_table(self._tally, self._partners),
        )


class _Bar:
    """A bar with a line of its own."""

    def __init__(self, total: int, done: int) -> None:
        self._bar = ProgressBar(total=total, completed=done, width=60)

    def __rich_console__(self, _: Console, __: ConsoleOptions) -> RenderResult:
        yield self._bar
        yield Segment.line()


_COLUMNS = (
    Column("subscription"),
    Column("partner is", rank=4),
    Column("deliveries", rank=1, right=True),
    Column("attempts", rank=2, right=True),
    Column("accepted", right=True),
    Column("%", rank=5, right=True),
    Column("p50 ms", rank=6, right=True),
    Column("p95 ms", rank=3, right=True),
    Column("p99 ms", rank=7, right=True),
    Column("in tiers", rank=1, right=True),
    Column("dead", right=True),
)


def partner_table(tally: Tally, partners: tuple[Partner, ...]) -> Table:
    """One row a partner; on a narrow terminal with fewer columns."""
    return Table(_COLUMNS, [_row(one, tally.counts[one.id]) for one in partners])


def _row(partner: Partner, count: Count) -> list[Cell | str]:
    summary = count.summary()
    latency = percentiles(count.latencies)
    tiers = " ".join(f"{tier}:{n}" for tier, n in count.tiers.items() if n) or "0"
    return [
        partner.id,
        partner.is_,
        str(summary["expected"]),
        str(summary["attempts"]),
        str(summary["accepted"]),
        f"{100 * float(str(summary['success_rate'])):.2f}",
        *("-" if value is None else f"{value:.1f}" for value in latency.values()),
        tiers,
        str(summary["dead_lettered"]),
    ]


_INTAKE = (
    Column("source"),
    Column("sends", rank=3),
    Column("submissions", right=True),
    Column("fetched", rank=2, right=True),
    Column("repeats", right=True),
    Column("parked", right=True),
    Column("released", rank=1, right=True),
    Column("events", right=True),
)


def intake_table(received: Received) -> Table:
    """One row a source; on a narrow terminal with fewer columns."""
    return Table(
        _INTAKE,
        [
            [
                one.source,
                one.how,
                str(one.submissions),
                str(one.fetched),
                str(one.repeats),
                str(one.parked),
                str(one.released),
                str(one.events),
            ]
            for one in received.counts
        ],
    )
