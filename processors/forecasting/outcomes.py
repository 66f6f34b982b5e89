"""What came of forecasts that were kept, and which are kept next. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from bus.log.lags import ForecastRow
from bus.watch.forecasts.drain import OnTime, Verdict, Within
from bus.watch.forecasts.record import Outcome, worth_keeping

UNKNOWN = -1
"""What a forecast took whose end nobody saw."""


def outcomes_of(rows: Iterable[ForecastRow], now_us: int) -> Sequence[Outcome]:
    """The outcomes, in the order of the rows; those that nobody saw left out."""
    return [
        Outcome(
            Within(row.low_us / 1e6, row.mid_us / 1e6, row.high_us / 1e6),
            row.width,
            row.took_us / 1e6 if row.took_us else None,
            (now_us - row.made_us) / 1e6,
        )
        for row in rows
        if row.took_us != UNKNOWN
    ]


def next_rows(
    name: str,
    verdict: Verdict,
    width: float,
    kept: Mapping[str, Sequence[ForecastRow]],
    now_us: int,
) -> list[ForecastRow]:
    """What to keep of a queue now: how open forecasts ended, or a new one."""
    rows = kept.get(name, ())
    if isinstance(verdict, OnTime):
        return [
            row._replace(took_us=max(1, now_us - row.made_us))
            for row in rows
            if not row.took_us
        ]
    if not isinstance(verdict, Within):
        return []
    newest = rows[0] if rows else None
    last, since_s = None, 0.0
    if newest is not None and not newest.took_us:
        last = Within(newest.low_us / 1e6, newest.mid_us / 1e6, newest.high_us / 1e6)
        since_s = (now_us - newest.made_us) / 1e6
    if not worth_keeping(last, since_s):
        return []
    spans = (verdict.low_s, verdict.mid_s, verdict.high_s)
    low_us, mid_us, high_us = (max(1, round(span * 1e6)) for span in spans)
    return [ForecastRow(now_us, name, low_us, mid_us, high_us, width)]


def unseen(
    rows: Iterable[ForecastRow], seen_us: int | None, now_us: int
) -> list[ForecastRow]:
    """Open forecasts that nobody watched over for a while, closed as unknown."""
    if seen_us is not None and now_us - seen_us <= _WATCHED_US:
        return []
    return [row._replace(took_us=UNKNOWN) for row in rows if not row.took_us]


_WATCHED_US = 300_000_000
