"""What attempts make of deliveries, in whatever batches they come."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bus.log.deliveries import DeliveryKey, changes, followed, stands_as
from bus.log.ledger import reckoned, wants_standing
from bus.log.questions import OpenDelivery
from bus.log.rows import AttemptRow
from tests.contract.log.rows import MINUTE_US, NOW_US, attempt, event, failed, held

_OF = (event(0), event(1))
_HOPS = ("breaker", "paused", "busy", "older than 60 s")


@st.composite
def lives(draw: st.DrawFn) -> Sequence[AttemptRow]:
    """Attempts and hops of two deliveries, in the order of time; some end."""
    rows: list[AttemptRow] = []
    calls: Counter[str] = Counter()
    for n in range(draw(st.integers(1, 10))):
        of = draw(st.sampled_from(_OF))
        at = {
            "arrived_us": NOW_US,
            "started_us": NOW_US + draw(st.integers(2 * n, 2 * n + 2)) * MINUTE_US,
        }
        match draw(st.sampled_from(("hop", "hop", "call", "call", "done", "dead"))):
            case "hop":
                rows.append(held(n, of, detail=draw(st.sampled_from(_HOPS)), **at))
            case "dead":
                rows.append(held(n, of, route="dead_letter:too_old", **at))
            case "done":
                rows.append(attempt(n, of, **at))
            case _:
                calls[of.event_id] += 1
                status = draw(st.sampled_from((0, 429, 503)))
                said = {"status": status, "number": calls[of.event_id]}
                outcome = "throttled" if status == 429 else "failed"
                rows.append(failed(n, of, outcome=outcome, **said, **at))
    return rows


class Kept:
    """Open deliveries and what is counted, as a log keeps them."""

    def __init__(self) -> None:
        self.open: dict[DeliveryKey, OpenDelivery] = {}
        self.missed: Counter[tuple[str, int]] = Counter()

    def take(self, rows: Sequence[AttemptRow]) -> None:
        """Write a batch."""
        wanted = wants_standing(rows) & self.open.keys()
        before = {key: stands_as(self.open[key]) for key in wanted}
        for (_, _, cause), (late, dead) in reckoned(rows, before).missed.items():
            self.missed += Counter({("late", cause): late, ("dead", cause): dead})
        changed = changes(rows, before)
        for key in changed.done:
            self.open.pop(key, None)
        for key, after in changed.open.items():
            self.open[key] = followed(self.open.get(key), after)


def batches(
    rows: Sequence[AttemptRow], cuts: Sequence[int]
) -> Iterator[list[AttemptRow]]:
    """The rows in parts."""
    ends = sorted({0, *(cut for cut in cuts if cut < len(rows)), len(rows)})
    for first, end in pairwise(ends):
        yield [*rows[first:end]]


@given(lives(), st.lists(st.integers(1, 9), max_size=3))
def test_batches_may_be_cut_anywhere(
    rows: Sequence[AttemptRow], cuts: Sequence[int]
) -> None:
    """What is open and what was missed are as one row after another makes them."""
    whole, parts = Kept(), Kept()
    for row in rows:
        whole.take([row])
    for some in batches(rows, cuts):
        parts.take(some)
    assert parts.open == whole.open
    assert parts.missed == whole.missed


def test_a_hop_at_the_head_of_a_batch_is_not_to_blame() -> None:
    """A call failed, then its breaker held it until it was late: the call is."""
    of = event(0)
    rows = [
        failed(0, of, arrived_us=NOW_US, started_us=NOW_US),
        held(1, of, arrived_us=NOW_US, started_us=NOW_US + MINUTE_US),
        held(2, of, arrived_us=NOW_US, started_us=NOW_US + 6 * MINUTE_US),
    ]
    kept = Kept()
    kept.take(rows[:1])
    assert not wants_standing(rows[:2])
    kept.take(rows[1:])
    (one,) = kept.open.values()
    assert (one.cause.word, one.overdue.word) == ("server_error", "server_error")
