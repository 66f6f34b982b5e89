"""What has come before, kept in memory within bounds: duplicates and velocity."""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bus.intake.rules.known import Context, Row, marks_of
from bus.intake.rules.order import Order

_A_MARK = 1_000


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

    @property
    def full(self) -> bool:
        """Whether one more mark makes another be forgotten."""
        return len(self._marks) >= self._most

    def note(self, event: Mapping[str, object], about: Context) -> None:
        """Remember an order, once it was judged; again changes nothing."""
        order = Order(event)
        entry = (about.observed_at, order.order_id)
        for mark in marks_of(order, about).values():
            entries = self._marks.setdefault(mark, [])
            if all(known != order.order_id for _, known in entries):
                insort(entries, entry)
                self._drop_old(entries)
            self._marks.move_to_end(mark)
        while len(self._marks) > self._most:
            self._marks.popitem(last=False)

    def _drop_old(self, entries: list[tuple[datetime, str]]) -> None:
        oldest = entries[-1][0] - self.window
        del entries[: bisect_left(entries, (oldest, ""))]
        del entries[:-_A_MARK]

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
