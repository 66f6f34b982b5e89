"""What the relay and the commands ask of the table, and change in it."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Delete,
    Row,
    Select,
    Table,
    Text,
    Update,
    and_,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
    update,
)

from bus.outbox.rows import Entry, OutboxRow, RefusedRow

_NEVER = datetime.max.replace(tzinfo=UTC)


class Questions:
    """Statements on one outbox.

    `waits`: what comes after a refused row of its order waits for it.
    """

    def __init__(self, table: Table, *, waits: bool) -> None:
        self._table = table
        self._waits = waits
        c = table.c
        self._undone = c.done_at.is_(None)
        self._pending = and_(self._undone, c.refused.is_(None))
        self._refused = and_(self._undone, c.refused.is_not(None))

    def next(
        self, most: int, busy: Collection[str], held: Collection[str]
    ) -> Select[*tuple[object, ...]]:
        """The rows to be published next, as `row_of` reads them."""
        c = self._table.c
        where = [self._pending]
        if busy:
            where.append(c.order_id.not_in(sorted(busy)))
        if held:
            where.append(c.event_type.not_in(sorted(held)))
        if (before := self._in_the_way(held)) is not None:
            where.append(not_(before))
        columns = [c.number, _said(c.added_at), *(c[name] for name in Entry._fields)]
        return select(*columns).where(*where).order_by(c.number).limit(most)

    def _in_the_way(self, held: Collection[str]) -> ColumnElement[bool] | None:
        """Whether something before it in its order has to be waited for."""
        before = self._table.alias("before")
        causes: list[ColumnElement[bool]] = []
        if self._waits:
            causes.append(before.c.refused.is_not(None))
        if held:
            causes.append(before.c.event_type.in_(sorted(held)))
        if not causes:
            return None
        return exists().where(
            before.c.done_at.is_(None),
            before.c.order_id == self._table.c.order_id,
            before.c.number < self._table.c.number,
            or_(*causes),
        )

    def published(self, numbers: Collection[int], now: datetime) -> Update:
        """Mark them as done with."""
        mine = self._table.c.number.in_(sorted(numbers))
        done = update(self._table).where(mine, self._undone)
        return done.values(done_at=now, refused=None)

    def refused(self, number: int, why: str) -> Update:
        """Keep the reason."""
        mine = self._table.c.number == number
        return update(self._table).where(mine, self._undone).values(refused=why)

    def oldest_done(self, most: int) -> Select[*tuple[object, ...]]:
        """Number and time of rows that are done with, those of low numbers first."""
        c = self._table.c
        done = c.done_at.is_not(None)
        said = _said(c.done_at)
        return select(c.number, said).where(done).order_by(c.number).limit(most)

    def remove(self, numbers: Collection[int]) -> Delete:
        """Remove rows that are done with."""
        c = self._table.c
        return delete(self._table).where(
            c.number.in_(sorted(numbers)), c.done_at.is_not(None)
        )

    def counts(self) -> CompoundSelect[*tuple[object, ...]]:
        """Kind, count and oldest time of rows: free, behind a refused one, refused."""
        c = self._table.c
        behind = self._behind()
        kinds = (
            and_(self._pending, not_(behind)),
            and_(self._pending, behind),
            self._refused,
        )
        return union_all(
            *(
                select(literal(kind), func.count(), _said(func.min(c.added_at)))
                .select_from(self._table)
                .where(which)
                for kind, which in enumerate(kinds)
            )
        )

    def _behind(self) -> ColumnElement[bool]:
        refused = self._table.alias("refused_before")
        return exists().where(
            refused.c.done_at.is_(None),
            refused.c.refused.is_not(None),
            refused.c.order_id == self._table.c.order_id,
            refused.c.number < self._table.c.number,
        )

    def kept(self) -> Select[int]:
        """How many are done with and still there."""
        return select(func.count()).where(self._table.c.done_at.is_not(None))

    def all_refused(self, most: int) -> Select[*tuple[object, ...]]:
        """Refused rows, as `refused_of` reads them."""
        c = self._table.c
        later = self._table.alias("later")
        behind = (
            select(func.count())
            .where(
                later.c.done_at.is_(None),
                later.c.refused.is_(None),
                later.c.order_id == c.order_id,
                later.c.number > c.number,
            )
            .scalar_subquery()
        )
        return (
            select(
                *(c.number, c.event_id, c.event_type, c.order_id, _said(c.added_at)),
                *(c.refused, behind),
            )
            .where(self._refused)
            .order_by(c.number)
            .limit(most)
        )

    def retry(self, numbers: Collection[int] | None) -> Update:
        """Forget why they were refused."""
        which = self._these(numbers)
        return update(self._table).where(*which).values(refused=None)

    def discard(self, numbers: Collection[int], now: datetime) -> Update:
        """Done with, and the reason stays."""
        which = self._these(numbers)
        return update(self._table).where(*which).values(done_at=now)

    def _these(self, numbers: Collection[int] | None) -> list[ColumnElement[bool]]:
        if numbers is None:
            return [self._refused]
        return [self._refused, self._table.c.number.in_(sorted(numbers))]


def row_of(row: Row[*tuple[object, ...]]) -> OutboxRow:
    """Read a row of `Questions.next`."""
    number, added_at, *entry = row
    return OutboxRow(
        number=cast("int", number),
        entry=Entry(*map(_text, entry)),  # type: ignore[arg-type]  # only the last may be null
        added_at=moment(added_at),
    )


def refused_of(row: Row[*tuple[object, ...]]) -> RefusedRow:
    """Read a row of `Questions.all_refused`."""
    number, event_id, event_type, order_id, added_at, why, behind = row
    return RefusedRow(
        number=cast("int", number),
        event_id=str(event_id),
        event_type=str(event_type),
        order_id=str(order_id),
        added_at=moment(added_at),
        why=str(why),
        behind=cast("int", behind),
    )


def moment(value: object) -> datetime:
    """A time as databases say it: SQLite knows no zones, and ours are UTC.

    Others write rows, too: what is no time, or none of ours, is one that is to come,
    so that it is of no age and never too old.
    """
    try:
        found = datetime.fromisoformat(str(value))
        known = found if found.tzinfo else found.replace(tzinfo=UTC)
        return known.astimezone(UTC)
    except (ValueError, OverflowError):
        return _NEVER


def _said(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A time as its text: drivers fail at some, and with them the whole answer."""
    return column.cast(Text)


def _text(value: object) -> str | None:
    """SQLite keeps bytes in a column of texts, if somebody gives it some."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return None if value is None else str(value)
