"""What has come before, kept in memory within bounds: duplicates and velocity."""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bus.intake.rules.known import Context, Row, marks_of
from bus.intake.rules.order import Order

_A_MARK = 1_000
_FEW = 32
"""So many orders of a mark are looked through; of more, their ids are kept as well."""


class Memory:
    """Remembers the marks of orders for `window`, at most `most` marks; is a `Known`.

    Of a mark at most 1,000 orders are kept, of marks those that were seen last. What is
    forgotten early makes a duplicate pass, never an order be held.

    Args:
        tables: Lookup tables, by name; a function gives them anew when asked.
    """

    def __init__(
        self,
        window: timedelta = timedelta(days=7),
        most: int = 200_000,
        tables: Callable[[str], Mapping[str, Row]] = lambda _: {},
    ) -> None:
        self.window = window
        self._most = most
        self._tables = tables
        self._marks: OrderedDict[str, list[tuple[datetime, str]]] = OrderedDict()
        self._ids: dict[str, set[str]] = {}

    @property
    def full(self) -> bool:
        """Whether one more mark makes another be forgotten."""
        return len(self._marks) >= self._most

    def note(self, order: Order, about: Context) -> None:
        """Remember an order, once it was judged; again changes nothing."""
        entry = (about.observed_at, order.order_id)
        for mark in marks_of(order, about).values():
            entries = self._marks.setdefault(mark, [])
            if not self._has(mark, entries, order.order_id):
                insort(entries, entry)
                if mark in self._ids:
                    self._ids[mark].add(order.order_id)
                self._drop_old(mark, entries)
            self._marks.move_to_end(mark)
        while len(self._marks) > self._most:
            mark, _ = self._marks.popitem(last=False)
            self._ids.pop(mark, None)

    def _has(
        self, mark: str, entries: Sequence[tuple[datetime, str]], order_id: str
    ) -> bool:
        """Whether the order has this mark already."""
        if len(entries) < _FEW:
            return any(known == order_id for _, known in entries)
        ids = self._ids.get(mark)
        if ids is None:
            ids = self._ids[mark] = {known for _, known in entries}
        return order_id in ids

    def _drop_old(self, mark: str, entries: list[tuple[datetime, str]]) -> None:
        oldest = entries[-1][0] - self.window
        gone = max(bisect_left(entries, (oldest, "")), len(entries) - _A_MARK)
        if gone <= 0:
            return
        if len(entries) - gone < _FEW:
            self._ids.pop(mark, None)
        elif mark in self._ids:
            self._ids[mark].difference_update(known for _, known in entries[:gone])
        del entries[:gone]

    # --- `Known`

    def has_table(self, table: str) -> bool:
        """Whether there is such a table with anything in it."""
        return bool(self._tables(table))

    def row(self, table: str, key: str) -> Row | None:
        """A row of a table."""
        return self._tables(table).get(key)

    def earlier(self, mark: str, since: datetime, until: datetime) -> Sequence[str]:
        """Ids of orders with this mark that came in that time, oldest first."""
        entries = self._marks.get(mark, [])
        first = bisect_left(entries, (since, ""))
        last = bisect_right(entries, (until, "\U0010ffff"))
        return [order_id for _, order_id in entries[first:last]]
