"""Each promise would be seen broken: the simulation finds bugs that are put in."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.drawing import make_plan
from tests.simulation.shrinking import promises, shrink
from tests.simulation.simulation import Verdict, simulate

BITES_WITHIN = 2_000


DEAR = "waits for the slowest"  # found at once, and long to be made short
CASES = [
    pytest.param(name, marks=[pytest.mark.long] if name == DEAR else [])
    for name in BUGS
]


@pytest.fixture(params=CASES)
def bug(request: pytest.FixtureRequest) -> Iterator[Bug]:
    """The engine with a bug in it."""
    found = BUGS[str(request.param)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(found.owner, found.name, found.instead)
        yield found


def test_a_bug_is_found(bug: Bug) -> None:
    """Each promise would notice if it were broken; the history can be made short."""
    failing = next(_breaking(bug), None)
    assert failing is not None
    small = _small(failing)
    assert promises(small) & promises(failing)
    assert len(small.plan.sends) <= len(failing.plan.sends)
    assert small.trace


def _breaking(bug: Bug) -> Iterator[Verdict]:
    for seed in (bug.found, *range(BITES_WITHIN)):
        verdict = simulate(make_plan(seed))
        if bug.promise in promises(verdict):
            yield verdict


def _small(verdict: Verdict) -> Verdict:
    return shrink(verdict, partial(simulate, tracing=True))
