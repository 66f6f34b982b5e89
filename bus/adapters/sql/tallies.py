"""What befell the attempts of a span: of few rows that hold much, and what is left.

Minutes add up to five, to hours and days, which are written together with them. So of
an hour the whole hours are taken, and five minutes only of the rest; of a day the days,
and the hours before or behind them, whichever are fewer.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Table, TextClause, bindparam, text

from bus.adapters.sql.latencies import summed, sums_in
from bus.adapters.sql.tables import (
    DAY,
    FIVE_MINUTES,
    HOUR,
    MINUTE,
    TALLY,
)
from bus.log.rollup import Tally

_COARSER = {1: (MINUTE, FIVE_MINUTES, 5), 5: (FIVE_MINUTES, HOUR, 60)}
_OF_DAYS = (HOUR, DAY, 1_440)


class Piece(NamedTuple):
    """Rows of a table from a minute up to another; `less`: they are taken off."""

    table: Table
    since: int
    until: int | None = None
    less: bool = False


def pieces(start: int, step: int) -> Sequence[Piece]:
    """What a span is put together of that begins at `start`, in steps as `start_of`."""
    fine, coarse, length = _COARSER.get(step, _OF_DAYS)
    before = start // length * length
    if before == start:
        return [Piece(coarse, start)]
    after = before + length
    # Days and hours go at the same age; a day of five minutes may be gone sooner.
    if coarse is DAY and start - before < after - start:
        return [Piece(coarse, before), Piece(fine, before, start, less=True)]
    return [Piece(coarse, after), Piece(fine, start, after)]


def sums(
    connection: Connection, start: int, step: int, wanted: Sequence[int] | None
) -> Mapping[int, Tally]:
    """The tallies by subscription's number, of these or of all; none of nothing."""
    of = pieces(start, step)
    shape = tuple(one._replace(since=0, until=one.until and 0) for one in of)
    query = _query(shape, connection.dialect.name, among=wanted is not None)
    values: dict[str, object] = {} if wanted is None else {"wanted": wanted}
    for number, one in enumerate(of):
        values[f"since{number}"] = one.since
        if one.until is not None:
            values[f"until{number}"] = one.until
    found = connection.execute(query, values).all()
    tallies = ((number, sums_in(packed)) for number, packed in found)
    return {number: tally for number, tally in tallies if any(tally)}


@lru_cache
def _query(of: Sequence[Piece], dialect: str, *, among: bool) -> TextClause:
    """The statement for pieces of this shape."""
    rows = " UNION ALL ".join(
        f"SELECT subscription, {_taken(one)} FROM {one.table} "  # noqa: S608 - our own names
        f"WHERE start >= :since{number}"
        + ("" if one.until is None else f" AND start < :until{number}")
        + (" AND subscription IN :wanted" if among else "")
        for number, one in enumerate(of)
    )
    made = text(
        f"SELECT subscription, {summed('piece', TALLY, dialect)} "  # noqa: S608
        f"FROM ({rows}) AS piece GROUP BY subscription"
    )
    return made.bindparams(bindparam("wanted", expanding=True)) if among else made


def _taken(piece: Piece) -> str:
    return ", ".join(f"-{one} AS {one}" if piece.less else one for one in TALLY)
