"""Deliveries as their attempts tell of them."""

import pytest

from bus.log.rows import AttemptRow, trace_id_of
from bus.log.tracks import Track, replays, tracks
from tests.contract.log.rows import SECOND_US, ack, attempt, event, failed, held

TIERS = {"1s": 1.0, "5s": 5.0, "30s": 30.0}


def one(*rows: AttemptRow) -> Track:
    """The only delivery that these are of."""
    (found,) = tracks(rows, TIERS)
    return found


def test_a_retry_waits_until_its_tier_is_due() -> None:
    """It counts from the end of the attempt before; the next number is known."""
    first = failed(0, event(0), duration_us=500_000)
    second = failed(1, event(0), number=2, route="retry:5s")
    found = one(second, first)
    assert (found.state, found.tier, found.next) == ("retrying", "5s", 3)
    assert found.due_us == second.started_us + second.duration_us + 5 * SECOND_US
    assert [t.row.number for t in found.tried] == [1, 2]
    assert found.tried[1].waited_us == SECOND_US - 500_000
    assert found.tries == 2


def test_the_first_wait_begins_when_the_event_arrived() -> None:
    """And is none where the clocks differ."""
    of = event(0)
    row = attempt(3, of)
    (late,) = tracks([row], TIERS, (), {of.event_id: of.arrived_us})
    assert late.tried[0].waited_us == 3 * SECOND_US
    (early,) = tracks([row], TIERS, (), {of.event_id: row.started_us + 1})
    assert early.tried[0].waited_us == 0


def test_states_and_reasons() -> None:
    """As the newest attempt left them; what needs a look comes first."""
    of = event(0)
    rows = [
        attempt(0, of, subscription="a"),
        failed(1, of, subscription="b"),
        held(2, of, subscription="c"),
        failed(3, of, subscription="d", route="dead_letter:exhausted"),
    ]
    found = tracks(rows, TIERS, [ack(9, of, "b")])
    assert [(t.subscription, t.state) for t in found] == [
        ("d", "dead_letter"),
        ("c", "held"),
        ("b", "retrying"),
        ("a", "accepted"),
    ]
    assert found[0].reason == "exhausted"
    assert [t.due_us is None for t in found] == [True, False, False, True]
    assert [t.ack is not None for t in found] == [False, False, True, False]
    assert found[1].tries == 0


def test_a_replay_counts_its_attempts_anew() -> None:
    """The number of the next one, and where each replay began."""
    of = event(0)
    dead = failed(0, of, number=4, route="dead_letter:exhausted")
    again = failed(1, of, number=1, replay=1)
    found = one(dead, again)
    assert found.next == 2
    assert replays(found) == [again]
    assert replays(one(again)) == [again]


def test_events_of_an_order_stay_apart() -> None:
    """One delivery is one event for one subscription."""
    rows = [attempt(0, event(0)), attempt(1, event(1))]
    assert len(tracks(rows, TIERS)) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-<script>-b7ad6b7169203331-01", False),
        ("", False),
    ],
)
def test_the_trace_id_of_a_traceparent(*, text: str, found: bool) -> None:
    """Thirty-two hexadecimal digits, or none."""
    assert trace_id_of(text) == (text[3:35].lower() if found else "")
