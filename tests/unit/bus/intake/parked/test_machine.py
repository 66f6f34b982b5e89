"""The life of an item is its table, whatever comes in whatever order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.parked.decisions import ENDS, Decision, Kind
from bus.intake.parked.machine import TABLE, Life, State, decided, may, parked
from tests.support.parked import NOW, item

DECISIONS = [
    *(Kind.EDITED, Kind.ASSIGNED, Kind.SNOOZED),
    *ENDS,
]
kinds = st.sampled_from(DECISIONS)
steps = st.lists(
    st.one_of(
        st.tuples(kinds, st.integers(-1, 1)),
        st.tuples(st.just(Kind.PARKED), st.integers(0, 3)),
    ),
    max_size=12,
)


def begun() -> Life:
    """An item that has just been parked."""
    life = parked(None, item())
    assert life is not None
    return life


def decision(life: Life, kind: Kind, stale: int = 0) -> Decision:
    """A decision on what is, or on what was."""
    return Decision(
        id="x",
        kind=kind,
        who="k",
        at=NOW,
        on=life.version - stale,
        release=life.releases + 1,
        until=NOW + timedelta(hours=1),
        to="kim",
    )


@given(steps)
def test_it_goes_by_the_table(done: list[tuple[Kind, int]]) -> None:
    """A step that is not in the table, or was decided on another version, is none."""
    life = begun()
    for kind, n in done:
        if kind is Kind.PARKED:
            after = parked(life, item(attempt=n))
            again = life.state is State.RELEASED and n >= life.releases
            assert (after is not None) == again
            assert after is None or after.state is State.PARKED
        else:
            after = decided(life, decision(life, kind, n))
            fits = (life.state, kind) in TABLE and n == 0
            assert (after is not None) == fits
            assert after is None or after.state is TABLE[life.state, kind]
        assert after is None or after.version == life.version + 1
        life = after or life


@given(steps)
def test_it_never_ends_by_itself(done: list[tuple[Kind, int]]) -> None:
    """Only a decision ends it, and it says who decided, when and why."""
    life = begun()
    for kind, n in done:
        after = (
            parked(life, item(attempt=n))
            if kind is Kind.PARKED
            else decided(life, decision(life, kind, n))
        )
        life = after or life
        assert life.open == (life.ended is None)
        assert life.open or life.by == "k"


@given(kinds, kinds)
def test_of_two_decisions_made_at_once_one_counts(one: Kind, two: Kind) -> None:
    """Whoever wrote second had not seen the first."""
    life = begun()
    first, second = decision(life, one), decision(life, two)
    after = decided(life, first)
    assert after is not None
    assert decided(after, second) is None


@given(steps, st.data())
def test_reading_records_twice_changes_nothing(
    done: list[tuple[Kind, int]], data: st.DataObject
) -> None:
    """Convert and followers may both repeat what they did before a crash."""
    life: Life = begun()
    taken: list[Decision] = []
    for kind, n in done:
        if kind is Kind.PARKED:
            life = parked(life, item(attempt=n)) or life
            continue
        made = decision(life, kind, n)
        life = decided(life, made) or life
        taken.append(made)
    if taken:
        again = data.draw(st.sampled_from(taken))
        assert decided(life, again) is None or again.on == life.version


def test_what_is_parked_again_after_its_release_waits_again() -> None:
    """It still fails; whoever looked after it goes on doing so."""
    life = begun()
    for kind in (Kind.ASSIGNED, Kind.EDITED, Kind.RELEASED):
        life = decided(life, decision(life, kind)) or life
    assert (life.state, life.releases, life.edited) == (State.RELEASED, 1, True)
    again = parked(life, item(attempt=1, at=NOW + timedelta(hours=1)))
    assert again is not None
    assert (again.state, again.assignee, again.edited) == (State.PARKED, "kim", False)
    assert again.since == NOW + timedelta(hours=1)


def test_what_convert_repeats_brings_nothing_back() -> None:
    """It crashed after it had parked; meanwhile somebody has released it."""
    life = begun()
    life = decided(life, decision(life, Kind.RELEASED)) or life
    assert parked(life, item(attempt=0)) is None


@pytest.mark.parametrize("kind", [Kind.REJECTED, Kind.EXPIRED])
def test_what_was_given_up_can_still_be_taken(kind: Kind) -> None:
    """The original is kept; but it is decided anew, never by chance."""
    life = begun()
    life = decided(life, decision(life, kind)) or life
    assert not may(life, Kind.EDITED)
    assert may(life, Kind.RELEASED)
    after = decided(life, decision(life, Kind.RELEASED))
    assert after is not None
    assert after.state is State.RELEASED


def test_a_release_that_counts_wrongly_is_none() -> None:
    """Its number tells what is parked again from what is repeated."""
    life = begun()
    wrong = replace(decision(life, Kind.RELEASED), release=2)
    assert decided(life, wrong) is None


def test_a_snooze_is_over_by_itself() -> None:
    """The item has waited all the time."""
    life = begun()
    life = decided(life, decision(life, Kind.SNOOZED)) or life
    assert life.open
    assert life.asleep(NOW)
    assert not life.asleep(NOW + timedelta(hours=1))
