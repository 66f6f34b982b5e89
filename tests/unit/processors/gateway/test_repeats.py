"""What is held of answers, for those who ask again."""

import pytest

from processors.gateway.answers import Answered
from processors.gateway.problems import ProblemError
from processors.gateway.repeats import DAY_S, Asker, Before, Repeats

_MIB = 2**20
_WHO = Asker("key", "who")


def _ask(repeats: Repeats, who: str, key: str, size: int = 10) -> Answered | None:
    """Ask with a key of somebody's; what was answered before."""
    by = Asker(who, who.partition(" of ")[2] or who)
    before = repeats.begin(by, key, b"the same", 0)
    if before.answered is None:
        repeats.finish(by, key, Answered(200, b"x" * size, {}))
    return before.answered


def test_one_does_not_push_out_others() -> None:
    """Who asks for much loses his own oldest answers."""
    repeats = Repeats()
    _ask(repeats, "other", "first")
    for number in range(100):
        _ask(repeats, "greedy", f"{number}", _MIB)
    assert _ask(repeats, "other", "first") is not None
    assert _ask(repeats, "greedy", "99", _MIB) is not None
    assert _ask(repeats, "greedy", "0", _MIB) is None


def test_many_keys_of_a_tenant_are_one() -> None:
    """It makes them itself: a hundred push out no more of others' than one."""
    repeats = Repeats()
    _ask(repeats, "key of other", "first")
    for number in range(100):
        _ask(repeats, f"{number} of greedy", "one", _MIB)
    assert _ask(repeats, "key of other", "first") is not None


def test_all_together_have_an_end() -> None:
    """Who holds most gives up first, and his oldest: who holds little keeps it."""
    repeats = Repeats()
    _ask(repeats, "modest", "one")
    for number in range(100):
        for who in "abcdefgh":
            _ask(repeats, who, f"{number}", _MIB)
    assert _ask(repeats, "modest", "one") is not None
    assert _ask(repeats, "a", "99", _MIB) is not None
    assert _ask(repeats, "a", "0", _MIB) is None


def test_what_runs_and_what_came_to_nothing() -> None:
    """It is in the way of its repeat; what was not done may be tried again."""
    repeats = Repeats()
    repeats.begin(_WHO, "one", b"the same", 0)
    with pytest.raises(ProblemError):
        repeats.begin(_WHO, "one", b"the same", 0)
    repeats.finish(_WHO, "one", None)
    assert repeats.begin(_WHO, "one", b"another", 0) == Before()
    done = Answered(200, b"", {})
    repeats.finish(_WHO, "one", done)
    assert repeats.begin(_WHO, "one", b"another", DAY_S - 1) == Before(done)
    with pytest.raises(ProblemError):
        repeats.begin(_WHO, "one", b"the same", DAY_S - 1)
    assert repeats.begin(_WHO, "one", b"the same", DAY_S + 1) == Before()


def test_what_was_done_in_part_is_gone_on_with() -> None:
    """Under another body too; what stands is told, until all of it was done."""
    repeats = Repeats()
    repeats.begin(_WHO, "one", b"the first", 0)
    stands = {"0": b"{}"}
    repeats.finish(_WHO, "one", Answered(207, b"", {}), stands)
    assert repeats.begin(_WHO, "one", b"corrected", 0) == Before(standing=stands)
    with pytest.raises(ProblemError):
        repeats.begin(_WHO, "one", b"corrected", 0)
    repeats.finish(_WHO, "one", None)
    assert repeats.begin(_WHO, "one", b"again", 0) == Before(standing=stands)
    done = Answered(201, b"", {})
    repeats.finish(_WHO, "one", done)
    assert repeats.begin(_WHO, "one", b"again", 0) == Before(done)
    with pytest.raises(ProblemError):
        repeats.begin(_WHO, "one", b"the first", 0)
