"""Why a delivery is not accepted, and whose cause that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.delivery import Reason
from bus.delivery.effort import DEAR
from bus.log.causes import (
    MEANINGS,
    NOTHING,
    Cause,
    Party,
    Standing,
    cause_numbered,
    cause_of,
    followed,
    hangs_on_before,
    standing,
)
from bus.log.ledger import reckoned
from bus.sending import NoAnswerKind
from tests.contract.log.rows import MINUTE_US, NOW_US, attempt, event, failed, held

standings = st.builds(
    Standing,
    st.integers(0, 3),
    st.sampled_from([cause for cause in Cause if cause is not Cause.LATE]),
    st.sampled_from((Cause.NONE, Cause.LATE)),
)


def test_every_cause_says_what_it_means() -> None:
    """And has a number that is never given anew."""
    assert set(MEANINGS) == set(Cause) - {Cause.NONE}
    assert all(len(text) < 60 for text in MEANINGS.values())
    assert {cause.word: int(cause) for cause in Cause if cause.party is Party.WISH} == {
        "paused": 30,
        "unproven": 31,
        "removed": 32,
    }
    assert cause_numbered(4) is Cause.TIMEOUT
    assert cause_numbered(99) is Cause.OTHER


@pytest.mark.parametrize("kind", NoAnswerKind)
def test_every_kind_of_no_answer_has_its_cause(kind: NoAnswerKind) -> None:
    """It is the first word of the detail, and the endpoint's."""
    for detail in (kind.value, f"{kind.value}: whatever: it says"):
        row = failed(0)._replace(outcome="unreachable", status=0, detail=detail)
        assert cause_of(row).word == kind.value
        assert cause_of(row).party is Party.RECEIVER


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_dead_letter_is_known(reason: Reason) -> None:
    """Without a call it is the reason's, or what stood."""
    row = held(0, None, route=f"dead_letter:{reason}", detail="whatever")
    assert cause_of(row) is not Cause.OTHER


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"outcome": "refused", "status": 404}, Cause.REFUSED),
        ({"outcome": "refused", "status": 410}, Cause.GONE),
        ({"outcome": "throttled", "status": 429}, Cause.THROTTLED),
        ({"outcome": "unreachable", "detail": "unrenderable: x"}, Cause.UNRENDERABLE),
        ({"outcome": "unreachable", "detail": "bug: x"}, Cause.INTERNAL),
        ({"outcome": "unreachable", "detail": "new: x"}, Cause.OTHER),
        ({"outcome": "whatever"}, Cause.OTHER),
        ({"number": 0, "detail": "paused"}, Cause.PAUSED),
        ({"number": 0, "detail": "crowded"}, Cause.BUSY),
        ({"number": 0, "detail": "never heard"}, Cause.OTHER),
        ({"outcome": "accepted"}, Cause.NONE),
    ],
)
def test_what_an_attempt_says(said: dict[str, object], cause: Cause) -> None:
    """What nobody can explain is the sender's."""
    assert cause_of(failed(0, None, **said)) is cause
    assert Cause.OTHER.party is Party.SENDER


@given(standings, standings, standings)
def test_it_stands_the_same_in_whatever_steps(
    one: Standing, two: Standing, three: Standing
) -> None:
    """Two steps after what was stored are as one after another.

    But for where it is known that this would not be so.
    """
    together = followed(one, followed(two, three))
    if not hangs_on_before(two, three):
        assert together == followed(followed(one, two), three)
    assert followed(NOTHING, one)._replace(overdue=one.overdue) == one


def test_nobody_is_late_whose_arrival_is_not_known() -> None:
    """An older version wrote no such time."""
    row = attempt(0, started_us=NOW_US)
    assert standing(row).overdue is Cause.NONE
    late = row._replace(arrived_us=NOW_US - 5 * MINUTE_US - 1)
    assert standing(late).overdue is Cause.LATE
    in_time = row._replace(arrived_us=NOW_US - 5 * MINUTE_US)
    assert standing(in_time).overdue is Cause.NONE


def test_what_a_filter_refuses_in_the_end_was_no_promise() -> None:
    """Its filter was asked late, and did not want it: neither kept nor missed."""
    row = held(0, None, route="done", detail="its filter does not want it")
    made = reckoned([row._replace(arrived_us=1)], {})
    assert not made.days
    assert not made.missed
    dear = held(0, None, detail=DEAR)
    assert cause_of(dear) is Cause.DEAR


def test_batches_may_be_cut_anywhere() -> None:
    """What stood before a batch makes it count the same."""
    of = event(0)
    rows = [
        failed(0, of, arrived_us=NOW_US),
        held(1, of, arrived_us=NOW_US, started_us=NOW_US + 6 * MINUTE_US),
        attempt(2, of, arrived_us=NOW_US, started_us=NOW_US + 9 * MINUTE_US),
    ]
    whole = reckoned(rows, {})
    for cut in range(3):
        stands = NOTHING
        for row in rows[:cut]:
            stands = followed(stands, standing(row))
        rest = reckoned(rows[cut:], {("erp", of.event_id): stands})
        assert rest.missed == whole.missed
