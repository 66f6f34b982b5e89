"""The schedule of fault runs: replayable, and complete."""

from itertools import islice

import pytest

from tests.faults.acts import ACTS
from tests.faults.plan import LANES, SINK_LANES, Kind, schedule


@pytest.mark.parametrize("lane", LANES)
def test_seed_repeats_a_schedule(lane: str) -> None:
    """The same seed gives the same faults, another one others."""
    first = list(islice(schedule(1, lane), 20))
    assert first == list(islice(schedule(1, lane), 20))
    assert first != list(islice(schedule(2, lane), 20))


@pytest.mark.parametrize("lane", LANES)
def test_every_kind_comes_before_any_comes_again(lane: str) -> None:
    """However short a run, its faults differ."""
    kinds = LANES[lane]
    drawn = [fault.kind for fault in islice(schedule(3, lane), len(kinds))]
    assert sorted(drawn) == sorted(kinds)


def test_every_kind_has_a_lane_and_an_act() -> None:
    """No fault is declared that is never done."""
    lanes = [*LANES.values(), *SINK_LANES.values()]
    assert {kind for kinds in lanes for kind in kinds} == set(Kind)
    assert set(ACTS) == set(Kind)


@pytest.mark.parametrize("lane", LANES)
def test_a_lane_of_which_nothing_is_asked_ends(lane: str) -> None:
    """`only` may leave a lane without a kind."""
    other = next(kind for kind in Kind if kind not in LANES[lane])
    assert list(schedule(3, lane, {other})) == []
