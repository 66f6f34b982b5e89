"""Lines that repeat themselves."""

from processors.telemetry.repeats import Repeats


def test_first_of_a_kind_is_let_through() -> None:
    """A new kind is heard at once, whatever else repeats itself."""
    repeats = Repeats(10)
    assert repeats.held_back("a", 0) == 0
    assert repeats.held_back("a", 1) is None
    assert repeats.held_back("b", 1) == 0


def test_says_how_many_were_kept_back() -> None:
    """After the time is over one is let through, with the number of the others."""
    repeats = Repeats(10)
    for now in (0, 1, 2, 9.9):
        repeats.held_back("a", now)
    assert repeats.held_back("a", 10) == 3
    assert repeats.held_back("a", 20) == 0
