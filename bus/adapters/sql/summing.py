"""What attempts change beside their own rows: open deliveries, and counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import add, itemgetter
from typing import NamedTuple

from sqlalchemy import Table

from bus.adapters.sql.bulk import Values
from bus.adapters.sql.packing import packed_id
from bus.adapters.sql.tables import (
    DAY,
    FIVE_MINUTES,
    HOUR,
    MINUTE,
    MISSED,
    TROUBLE,
)
from bus.adapters.sql.values import Numbers
from bus.log.causes import Standing
from bus.log.deliveries import STATES, DeliveryKey, changes
from bus.log.ledger import CauseSpot, Spot, reckoned
from bus.log.questions import OpenDelivery
from bus.log.rollup import Key, Tally, tallied
from bus.log.rows import AttemptRow

_STATE_OF = {state: number for number, state in enumerate(STATES)}


class Summed(NamedTuple):
    """Values for tables, in the order of their keys: no two writers ever meet."""

    done: Sequence[Values]
    open: Sequence[Values]
    counts: Mapping[Table, Sequence[Values]]


def summed(
    attempts: Sequence[AttemptRow],
    numbers: Numbers,
    before: Mapping[DeliveryKey, Standing],
) -> Summed:
    """Return what attempts, oldest first, change; `before` as in `reckoned`."""
    changed = changes(attempts, before)
    by_minute = tallied(attempts)
    made = reckoned(attempts, before)
    ups = {spot: [minutes] for spot, minutes in made.ups.items()}
    return Summed(
        done=[(numbers[name], packed_id(event)) for name, event in changed.done],
        open=[_open(delivery, numbers) for delivery in changed.open.values()],
        counts={
            MINUTE: sorted(
                (
                    (start, numbers[subscription], numbers[event_type], *_some(tally))
                    for (start, subscription, event_type), tally in by_minute.items()
                ),
                key=itemgetter(0, 1, 2),
            ),
            FIVE_MINUTES: _longer(by_minute, 5, numbers),
            HOUR: _with(_longer(by_minute, 60, numbers), numbers, ups, 1),
            DAY: _with(_longer(by_minute, 1_440, numbers), numbers, made.days, 2),
            MISSED: _by_cause(made.missed, numbers),
            TROUBLE: sorted(_by_cause(made.troubles, numbers), key=itemgetter(1, 0, 2)),
        },
    )


def _open(one: OpenDelivery, numbers: Numbers) -> Values:
    return (
        one.changed_us,
        one.arrived_us,
        numbers[one.subscription],
        numbers[one.event_type],
        numbers[one.last_outcome],
        one.attempts,
        _STATE_OF[one.state],
        one.replay,
        one.last_status,
        int(one.cause),
        int(one.overdue),
        packed_id(one.event_id),
        *(one.order_id, one.last_detail, one.tier, one.reason),
    )


def _longer(
    by_minute: Mapping[Key, Tally], minutes: int, numbers: Numbers
) -> Sequence[Values]:
    """The counts of a subscription in spans of so many minutes."""
    sums: dict[tuple[int, int], Tally] = {}
    for (start, subscription, _), tally in by_minute.items():
        key = (start // minutes * minutes, numbers[subscription])
        before = sums.get(key)
        sums[key] = tally if before is None else list(map(add, before, tally))
    return [(*key, *_some(sums[key])) for key in sorted(sums)]


def _with(
    rows: Iterable[Values],
    numbers: Numbers,
    more: Mapping[Spot, Sequence[int]],
    width: int,
) -> Sequence[Values]:
    """Rows of subscriptions with so many columns more, NULL where there is none."""
    named: dict[Values, Sequence[int]] = {
        (start, numbers[name]): some for (start, name), some in more.items()
    }
    none = [0] * width
    return [(*row, *(one or None for one in named.get(row[:2], none))) for row in rows]


def _by_cause(
    counts: Mapping[CauseSpot, Sequence[int]], numbers: Numbers
) -> Sequence[Values]:
    return sorted(
        (start, numbers[name], int(cause), *(n or None for n in some))
        for (start, name, cause), some in counts.items()
    )


def _some(tally: Tally) -> Iterator[int | None]:
    """Counts as columns have them: none is NULL."""
    return (count or None for count in tally)
