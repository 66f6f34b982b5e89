"""What is remembered of a sink, and how long one is left alone."""

import pytest

from bus.watch.sinks import LONGEST_S, Told, pause_s, read_told, told_json

DEAF = Told(
    name="chat",
    kind="apprise",
    sent=1.5,
    failing_since=2.5,
    why="no answer",
    waiting=3,
)


def test_what_was_stored_is_read_again() -> None:
    """Each field of it; who never took anything, too."""
    assert read_told("chat", told_json(DEAF)) == DEAF
    fresh = Told(name="am", kind="alertmanager")
    assert read_told("am", told_json(fresh)) == fresh


@pytest.mark.parametrize("wrong", [{"kind": 7}, {"why": None}, {"waiting": True}])
def test_what_is_none_is_none(wrong: dict[str, object]) -> None:
    """Neither with a field missing; a time that is none is not known."""
    assert read_told("chat", {**told_json(DEAF), **wrong}) is None
    assert read_told("chat", {}) is None
    odd = read_told("chat", {**told_json(DEAF), "sent": True, "failing_since": "x"})
    assert odd is not None
    assert (odd.sent, odd.failing_since) == (None, None)


def test_pauses_double_up_to_a_bound() -> None:
    """However often it fails, and whatever the bound."""
    assert [pause_s(n) for n in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert pause_s(9_999) == LONGEST_S
    assert pause_s(9_999, 60.0) == 60
