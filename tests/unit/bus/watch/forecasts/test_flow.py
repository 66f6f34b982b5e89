"""What passed through a queue, out of samples."""

import pytest

from bus.watch.forecasts.flow import Flow, Sample, together


def test_rates_between_samples() -> None:
    """A step has what came and went a second, and what waited at its end."""
    flow = Flow([Sample(0, 0, 0), Sample(30, 300, 60), Sample(60, 300, 300)])
    first, second = flow.steps(0)
    assert (first.came, first.went, first.waiting) == (10, 2, 240)
    assert (second.came, second.went, second.waiting) == (0, 8, 0)
    assert (first.net, second.net) == (-8, 8)


def test_steps_since() -> None:
    """The step that a moment falls into is the first."""
    flow = Flow([Sample(at, at, 0) for at in (0, 30, 60, 90)])
    assert [step.at_s for step in flow.steps(45)] == [60, 90]
    assert [step.at_s for step in flow.steps(60)] == [90]


@pytest.mark.parametrize("fallen", [Sample(60, 5, 0), Sample(60, 400, 0)])
def test_a_topic_made_anew_begins_anew(fallen: Sample) -> None:
    """Counts that fall say that what was before is another queue's."""
    flow = Flow([Sample(0, 100, 50), Sample(30, 200, 60), fallen])
    assert flow.samples == [fallen]


def test_samples_of_one_moment_count_once() -> None:
    """Two at a time, or out of order, divide by no time."""
    flow = Flow([Sample(30, 1, 1), Sample(30, 2, 2), Sample(20, 3, 3)])
    assert flow.samples == [Sample(30, 1, 1)]


def test_only_what_is_due_waits() -> None:
    """What came within the delay of a tier is early, not late."""
    flow = Flow([Sample(0, 0, 0), Sample(30, 300, 0), Sample(60, 600, 0)], delay_s=30)
    assert [flow.waiting(sample) for sample in flow.samples] == [0, 0, 300]
    assert flow.due_by(45) == 150
    assert flow.due_by(90) == 600


def test_before_and_after_all_samples() -> None:
    """Nothing is made up beyond what was counted."""
    flow = Flow([Sample(30, 7, 0), Sample(60, 9, 0)])
    assert (flow.came_by(0), flow.came_by(45), flow.came_by(900)) == (7, 8, 9)
    assert Flow([]).came_by(5) == 0


def test_tiers_together() -> None:
    """What is due in any has come, what went from any has gone."""
    slow = Flow([Sample(0, 0, 0), Sample(30, 60, 0), Sample(60, 60, 30)], delay_s=30)
    fast = Flow([Sample(0, 0, 0), Sample(60, 10, 4)])
    one = together([slow, fast, Flow([])])
    assert one.samples == [Sample(0, 0, 0), Sample(30, 5, 0), Sample(60, 70, 34)]
    assert together([slow]) is slow
    assert slow.went_by(-5) == 0
