"""A page of a list, from where a cursor says, both ways: never OFFSET, never a count.

A list walks down an index. What the index does not decide is looked at row by row, of
so many rows a page at most: a page then ends where its walk did, however few it found,
and says where the next one begins.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Table,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy import Integer as Number
from sqlalchemy import values as rows_of

from bus.errors import BadCursorError
from bus.log.cursors import Cursor, Part, Sorted, read, written
from bus.log.questions import MOST, Listed, Page, Paging

ListedT = TypeVar("ListedT", bound=Listed)
Found: TypeAlias = Row[tuple[object, ...]]
Clauses: TypeAlias = Sequence[ColumnElement[bool]]

WALK = 5_000


@dataclass(frozen=True, slots=True)
class Listing(Generic[ListedT]):
    """A list: its table, what it is sorted by (the time first), its rows."""

    table: Table
    key: Sequence[str]
    like: Sequence[type]
    row: Callable[[Connection, Found], ListedT]
    key_of: Callable[[Found], Sorted]


class Asked(NamedTuple):
    """What is asked of a listing.

    `where` holds what an index decides, `each` the subscriptions that it is asked
    for one by one, `among` what is looked at row by row, at most `walk` rows.
    """

    question: object
    where: Clauses = ()
    each: Collection[int] | None = None
    among: Callable[[FromClause], Clauses] = lambda _: ()
    walk: int = WALK


def page(
    connection: Connection, of: Listing[ListedT], asked: Asked, paging: Paging
) -> Page[ListedT]:
    """Return a page of rows.

    Raises:
        BadCursorError: the cursor is none of this question's.
    """
    cursor = read(paging.cursor, asked.question, of.like)
    if asked.each is not None and not asked.each:
        return Page(())
    limit = min(max(paging.limit, 1), MOST)
    upwards = cursor is not None and cursor.before
    walk = _walk(connection, of, asked, cursor, limit)
    query = select(walk).where(*asked.among(walk)).limit(limit + 1)
    found = list(connection.execute(_sorted(query, walk, of, upwards)))
    shown, more = found[:limit], len(found) > limit
    end = of.key_of(shown[-1]) if more else _cut(connection, of, asked, walk, upwards)
    return _page(connection, of, asked, _Shown(shown, end, cursor))


class _Shown(NamedTuple):
    rows: Sequence[Found]
    end: Sorted | None
    cursor: Cursor | None


def _page(
    connection: Connection, of: Listing[ListedT], asked: Asked, shown: _Shown
) -> Page[ListedT]:
    upwards = shown.cursor is not None and shown.cursor.before
    rows = list(reversed(shown.rows)) if upwards else shown.rows
    further = None if shown.end is None else Cursor(shown.end, before=upwards)
    back = None
    if rows and shown.cursor is not None:
        back = Cursor(of.key_of(rows[-1 if upwards else 0]), before=not upwards)
    older, newer = (back, further) if upwards else (further, back)
    return Page(
        [of.row(connection, row) for row in rows],
        next=written(older, asked.question) if older else "",
        previous=written(newer, asked.question) if newer else "",
    )


def _walk(
    connection: Connection,
    of: Listing[ListedT],
    asked: Asked,
    cursor: Cursor | None,
    limit: int,
) -> FromClause:
    """The rows that a page looks at, in order."""
    upwards = cursor is not None and cursor.before
    where = [*asked.where, *_beyond(of, cursor)]
    most = asked.walk if asked.among(of.table) else limit + 1
    if asked.each is None or len(asked.each) == 1:
        where += [of.table.c.subscription.in_(asked.each)] if asked.each else []
        return _sorted(
            select(of.table).where(*where).limit(most), of.table, of, upwards
        ).subquery("walk")
    if connection.dialect.name != "postgresql":
        where.append(of.table.c.subscription.in_(asked.each))
        query = select(of.table).where(*where).limit(most)
        return _sorted(query, of.table, of, upwards).subquery("walk")
    return _each(of, asked.each, where, most, upwards=upwards)


def _each(
    of: Listing[ListedT],
    each: Collection[int],
    where: Clauses,
    most: int,
    *,
    upwards: bool,
) -> FromClause:
    """The newest of each subscription, merged: an index gives one at a time."""
    ids = each_of(each)
    of_one = (
        _sorted(
            select(of.table).where(of.table.c.subscription == ids.c.id, *where),
            of.table,
            of,
            upwards,
        )
        .limit(most)
        .lateral("of_one")
    )
    merged = select(of_one).select_from(ids).join(of_one, true()).limit(most)
    return _sorted(merged, of_one, of, upwards).subquery("walk")


def each_of(ids: Collection[int]) -> FromClause:
    """Numbers as rows of a column `id`."""
    return rows_of(column("id", Number), name="each").data([(one,) for one in ids])


def _sorted(
    query: Select[tuple[object, ...]],
    source: FromClause,
    of: Listing[ListedT],
    upwards: bool,  # noqa: FBT001
) -> Select[tuple[object, ...]]:
    columns = [source.c[name] for name in of.key]
    return query.order_by(*(c.asc() if upwards else c.desc() for c in columns))


def _beyond(of: Listing[ListedT], cursor: Cursor | None) -> Clauses:
    """After the cursor. The time stands alone, too: by it whole days are left out."""
    if cursor is None:
        return ()
    columns = [of.table.c[name] for name in of.key]
    here = tuple_(*(literal(_value(part)) for part in cursor.key))
    time, at = columns[0], cursor.key[0]
    if cursor.before:
        return (tuple_(*columns) > here, time >= at)
    return (tuple_(*columns) < here, time <= at)


def _value(part: Part) -> int | bytes:
    """A cursor's part as a column has it; a text is bytes in hexadecimal digits."""
    if isinstance(part, int):
        return part
    try:
        return bytes.fromhex(part)
    except ValueError as error:
        raise BadCursorError("this cursor was not given out here") from error


def _cut(
    connection: Connection,
    of: Listing[ListedT],
    asked: Asked,
    walk: FromClause,
    upwards: bool,  # noqa: FBT001
) -> Sorted | None:
    """Where a walk ended before the list did; None if it went through to its end."""
    if not asked.among(of.table):
        return None
    # All of the walk once more: its length, and its end.
    walked = select(walk).cte("walked")
    length = select(func.count()).select_from(walked).scalar_subquery()
    query = select(walked, length.label("length")).limit(1)
    last = connection.execute(_sorted(query, walked, of, not upwards)).first()
    if last is None or last.length < asked.walk:
        return None
    return of.key_of(last)
