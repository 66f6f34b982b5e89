"""All parked items, as `intake.parked` says them, up to date within moments.

Of an item the table keeps what lists need, not its payload: that is read where it
stands when somebody looks. It holds so many that wait (`MOST_OPEN`) and so many that
were decided about (`MOST_ENDED`); of more it says how many it does not hold.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bus.errors import DecodeError
from bus.intake.parked.decisions import Decision, GroupDecision, Kind
from bus.intake.parked.fingerprint import cause_of
from bus.intake.parked.grouping import HOURS, Past, Row, hour_of
from bus.intake.parked.item import Item
from bus.intake.parked.machine import Life, State, decided, parked
from bus.intake.parked.ranking import Stake
from bus.intake.parked.records import read_parked
from bus.intake.parked.worth import Rates
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.following import Follower

MOST_OPEN = 100_000
MOST_ENDED = 10_000
_MOST_CAUSES = 5_000
_MOST_CLEARED = 100
_MOST_RECORDS = 50


@dataclass(slots=True)
class _Known:
    """What is known of a cause, beside its items that wait."""

    first: datetime
    open: int = 0
    ended: int = 0
    hours: dict[int, int] = field(default_factory=dict)
    fixed: datetime | None = None
    fixed_by: str = ""
    split: str = ""


class ParkedTable(Follower):
    """Follows the topic. Use it as `async with table:`, or run `run()` in a task.

    A record that cannot be read is counted in `unreadable`, and changes nothing.
    `changed` is called after each that was taken.
    """

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        topic: str,
        rates: Rates,
        *,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._apply)
        self._rates = rates
        self._changed = changed
        self._waiting: dict[str, Row] = {}
        self._over: OrderedDict[str, Row] = OrderedDict()
        self._causes: dict[str, _Known] = {}
        self._cleared: list[datetime] = []
        self.beyond = 0
        self.unreadable = 0
        self.revision = 0

    # --- what is asked

    def get(self, item_id: str) -> Row | None:
        """The item with this id, waiting or not."""
        return self._waiting.get(item_id) or self._over.get(item_id)

    def open(self) -> Sequence[Row]:
        """All that wait for somebody."""
        return list(self._waiting.values())

    def ended(self) -> Sequence[Row]:
        """Those that were decided about, the newest decision last."""
        return list(self._over.values())

    def cleared(self) -> Sequence[datetime]:
        """When groups were cleared: the last of its items decided about."""
        return sorted(self._cleared)

    def splits(self) -> Mapping[str, str]:
        """By which field each group is split that is."""
        return {name: one.split for name, one in self._causes.items() if one.split}

    def past(self) -> Mapping[str, Past]:
        """What is known of each cause."""
        return {
            name: Past(
                first=one.first,
                hours=one.hours,
                fixed=one.fixed,
                fixed_by=one.fixed_by,
                ended=one.ended,
            )
            for name, one in self._causes.items()
        }

    def knows(self, fingerprint: str) -> bool:
        """Whether there is, or was, such a cause."""
        return fingerprint in self._causes

    # --- what comes

    def _apply(self, record: Record) -> None:
        try:
            entry = read_parked(record)
        except DecodeError:
            self.unreadable += 1
            return
        match entry:
            case Item():
                self._park(entry, record)
            case Decision():
                self._decide(entry, record)
            case GroupDecision():
                self._note(entry)
        self.revision += 1
        self._changed()

    def _park(self, item: Item, record: Record) -> None:
        old = self.get(item.id)
        life = parked(old.life if old else None, item)
        if life is None:
            return
        if old is None and len(self._waiting) >= MOST_OPEN:
            self.beyond += 1
            return
        self._over.pop(item.id, None)
        row = self._row(item, life, record)
        if old is not None:
            row = replace(row, records=_with(old.records, record))
        self._waiting[item.id] = row
        self._count(row)

    def _decide(self, decision: Decision, record: Record) -> None:
        row = self.get(decision.id)
        life = decided(row.life, decision) if row else None
        if row is None or life is None:
            return
        row = replace(row, life=life, records=_with(row.records, record))
        if decision.payload is not None:
            row = replace(row, payload_at=(record.partition, record.offset))
        if life.open:
            self._waiting[row.id] = row
            return
        if self._waiting.pop(row.id, None) is not None:
            self._end(row, decision)
        self._over[row.id] = row
        self._over.move_to_end(row.id)
        while len(self._over) > MOST_ENDED:
            self._over.popitem(last=False)

    def _note(self, said: GroupDecision) -> None:
        known = self._causes.setdefault(said.group, _Known(said.at))
        if said.kind is Kind.FIXED:
            known.fixed, known.fixed_by = said.at, said.who
        else:
            known.split = said.by

    # --- what is counted

    def _row(self, item: Item, life: Life, record: Record) -> Row:
        cause, here = cause_of(item), (record.partition, record.offset)
        seen = next((f.value for f in item.findings if f.name == cause.name), None)
        money = item.value
        return Row(
            id=item.id,
            source=item.source,
            channel=item.channel,
            owner=item.owner,
            account=item.account,
            event_type=item.event_type,
            order_id=item.order_id,
            native_id=item.native_id,
            number=item.number,
            cause=cause,
            fingerprint=cause.fingerprint,
            value_seen=seen or "",
            stake=Stake(
                value=self._rates.worth(money),
                currency=money.currency if money else "",
                ship_by=item.ship_by,
                at=item.at,
                tier=item.tier,
            ),
            amount=f"{money.amount:f} {money.currency}".strip() if money else "",
            life=life,
            records=(here,),
            payload_at=here,
            test=item.test,
        )

    def _count(self, row: Row) -> None:
        since = row.life.since
        known = self._causes.setdefault(row.fingerprint, _Known(since))
        known.first = min(known.first, since)
        known.open += 1
        hour = hour_of(since)
        known.hours[hour] = known.hours.get(hour, 0) + 1
        for old in [one for one in known.hours if one < hour - 2 * HOURS]:
            del known.hours[old]
        if len(self._causes) > _MOST_CAUSES:
            idle = next((n for n, one in self._causes.items() if not one.open), None)
            if idle is not None:
                del self._causes[idle]

    def _end(self, row: Row, decision: Decision) -> None:
        known = self._causes.get(row.fingerprint)
        if known is None:
            return
        known.open -= 1
        known.ended += 1
        if not known.open and row.life.state is not State.EXPIRED:
            self._cleared = [*self._cleared, decision.at][-_MOST_CLEARED:]


def _with(
    records: tuple[tuple[int, int], ...], record: Record
) -> tuple[tuple[int, int], ...]:
    """One more; of many the first and the last."""
    first, *rest = records
    return (first, *rest[-_MOST_RECORDS:], (record.partition, record.offset))
