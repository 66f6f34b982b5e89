"""Removing rows that have no day of their own, a few thousand at a time."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, literal_column, select

from bus.adapters.sql.tables import (
    ACK,
    ATTEMPT,
    AUDIT,
    DAY,
    DELIVERY_OPEN,
    EVENT,
    FIVE_MINUTES,
    FORECAST,
    HOUR,
    LAG,
    MINUTE,
    MISSED,
    QUARANTINE,
    STRAY,
    TROUBLE,
)
from bus.log.lags import FINE_DAYS, FORECAST_DAYS, SLOT_DAYS
from bus.log.retention import DAY_US, Retention, day_of

SLICE = 5_000
_MINUTES_A_DAY = 24 * 60


class Aged(NamedTuple):
    """The rows of a table that are too old."""

    table: Table
    which: ColumnElement[bool]


def aged(keep: Retention, now_us: int) -> Iterator[Aged]:
    """What is too old, of tables that are kept row by row wherever they are."""
    yield from aged_rows(keep, now_us)

    def before(days: int) -> int:
        return (day_of(now_us) - days) * DAY_US

    accepted = ATTEMPT.c.accepted
    started = ATTEMPT.c.started_us
    yield Aged(ATTEMPT, accepted & (started < before(keep.accepted_days)))
    yield Aged(ATTEMPT, ~accepted & (started < before(keep.days)))
    yield Aged(EVENT, EVENT.c.arrived_us < before(keep.days))
    yield Aged(ACK, ACK.c.arrived_us < before(keep.days))
    for table in (MINUTE, FIVE_MINUTES):
        first = (day_of(now_us) - keep.minute_days) * _MINUTES_A_DAY
        yield Aged(table, table.c.start < first)


def aged_rows(keep: Retention, now_us: int) -> Iterator[Aged]:
    """What is too old, of tables that are never kept by days."""
    today = day_of(now_us)
    kept_us, audit_us = ((today - d) * DAY_US for d in (keep.days, keep.audit_days))
    yield Aged(DELIVERY_OPEN, DELIVERY_OPEN.c.changed_us < kept_us)
    yield Aged(QUARANTINE, QUARANTINE.c.arrived_us < kept_us)
    yield Aged(STRAY, STRAY.c.seen_us < kept_us)
    yield Aged(AUDIT, AUDIT.c.arrived_us < audit_us)
    for counts in (HOUR, DAY, MISSED, TROUBLE):
        yield Aged(counts, counts.c.start < audit_us // 60_000_000)
    fine_us, slots_us, forecasts_us = (
        (today - days) * DAY_US for days in (FINE_DAYS, SLOT_DAYS, FORECAST_DAYS)
    )
    yield Aged(LAG, ~LAG.c.slot & (LAG.c.at_us < fine_us))
    yield Aged(LAG, LAG.c.at_us < slots_us)
    yield Aged(FORECAST, FORECAST.c.made_us < forecasts_us)


def remove_slice(connection: Connection, old: Aged) -> int:
    """Remove some of what is too old; return how many rows."""
    row: ColumnElement[object] = literal_column(
        "ctid" if connection.dialect.name == "postgresql" else "rowid"
    )
    some = select(row).select_from(old.table).where(old.which).limit(SLICE)
    return connection.execute(old.table.delete().where(row.in_(some))).rowcount
