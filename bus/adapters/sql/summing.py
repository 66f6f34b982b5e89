"""What attempts change beside their own rows: open deliveries, and counts."""

from collections.abc import Iterator, Mapping, Sequence
from operator import add, itemgetter
from typing import NamedTuple

from sqlalchemy import Table

from bus.adapters.sql.bulk import Values
from bus.adapters.sql.packing import packed_id
from bus.adapters.sql.tables import FIVE_MINUTES, HOUR, MINUTE
from bus.adapters.sql.values import Numbers
from bus.log.deliveries import STATES, changes
from bus.log.questions import OpenDelivery
from bus.log.rollup import Key, Tally, tallied
from bus.log.rows import AttemptRow

_STATE_OF = {state: number for number, state in enumerate(STATES)}


class Summed(NamedTuple):
    """Values for tables, in the order of their keys: no two writers ever meet."""

    done: Sequence[Values]
    open: Sequence[Values]
    counts: Mapping[Table, Sequence[Values]]


def summed(attempts: Sequence[AttemptRow], numbers: Numbers) -> Summed:
    """Return what attempts, oldest first, change."""
    changed = changes(attempts)
    by_minute = tallied(attempts)
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
            HOUR: _longer(by_minute, 60, numbers),
        },
    )


def _open(one: OpenDelivery, numbers: Numbers) -> Values:
    return (
        one.changed_us,
        numbers[one.subscription],
        numbers[one.event_type],
        numbers[one.last_outcome],
        one.attempts,
        _STATE_OF[one.state],
        one.replay,
        one.last_status,
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


def _some(tally: Tally) -> Iterator[int | None]:
    """Counts as columns have them: none is NULL."""
    return (count or None for count in tally)
