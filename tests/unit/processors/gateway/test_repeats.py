"""What is held of answers, for those who ask again."""

import pytest

from processors.gateway.answers import Answered
from processors.gateway.problems import ProblemError
from processors.gateway.repeats import DAY_S, Repeats

_MIB = 2**20


def _ask(repeats: Repeats, who: str, key: str, size: int = 10) -> Answered | None:
    before = repeats.begin(who, key, b"the same", 0)
    if before is None:
        repeats.finish(who, key, Answered(200, b"x" * size, {}))
    return before


def test_one_does_not_push_out_others() -> None:
    """Who asks for much loses his own oldest answers."""
    repeats = Repeats()
    _ask(repeats, "other", "first")
    for number in range(100):
        _ask(repeats, "greedy", f"{number}", _MIB)
    assert _ask(repeats, "other", "first") is not None
    assert _ask(repeats, "greedy", "99", _MIB) is not None
    assert _ask(repeats, "greedy", "0", _MIB) is None


def test_all_together_have_an_end() -> None:
    """The oldest go first, whosever they are."""
    repeats = Repeats()
    for number in range(100):
        _ask(repeats, f"key {number}", "one", _MIB)
    assert _ask(repeats, "key 99", "one", _MIB) is not None
    assert _ask(repeats, "key 0", "one", _MIB) is None


def test_what_runs_and_what_failed() -> None:
    """It is in the way of its repeat; one that failed here may be tried again."""
    repeats = Repeats()
    repeats.begin("who", "one", b"the same", 0)
    with pytest.raises(ProblemError):
        repeats.begin("who", "one", b"the same", 0)
    repeats.finish("who", "one", Answered(503, b"", {}))
    assert repeats.begin("who", "one", b"another", 0) is None
    repeats.finish("who", "one", Answered(200, b"", {}))
    assert repeats.begin("who", "one", b"another", DAY_S - 1) is not None
    assert repeats.begin("who", "one", b"the same", DAY_S + 1) is None
