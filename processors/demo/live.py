"""What the demo shows while it runs, and at its end."""

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from processors.demo.partners import Partner
from processors.demo.tally import Count, Tally, percentiles

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
            self._live = Live(console=self._console, refresh_per_second=4)
            self._live.start()

    def stop(self) -> None:
        """Draw no more; what was drawn last stays."""
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
        bar = ProgressBar(total=of, completed=self._tally.events, width=60)
        return Group(line, bar, table(self._tally, self._partners))


def table(tally: Tally, partners: tuple[Partner, ...]) -> Table:
    """One row a partner."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("subscription")
    shown.add_column("partner is")
    for name in (
        "deliveries",
        "attempts",
        "accepted",
        "%",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "in tiers",
        "dead",
    ):
        shown.add_column(name, justify="right")
    for partner in partners:
        shown.add_row(partner.id, partner.is_, *_row(tally.counts[partner.id]))
    return shown


def _row(count: Count) -> list[str]:
    summary = count.summary()
    latency = percentiles(count.latencies)
    tiers = " ".join(f"{tier}:{n}" for tier, n in count.tiers.items() if n) or "0"
    return [
        str(summary["expected"]),
        str(summary["attempts"]),
        str(summary["accepted"]),
        f"{100 * float(str(summary['success_rate'])):.2f}",
        *("-" if value is None else f"{value:.1f}" for value in latency.values()),
        tiers,
        str(summary["dead_lettered"]),
    ]
