"""A file is read when it is whole, never before."""

import pytest

from bus.intake.collecting.whole import Seen, Settling, is_meant

FILE = Seen("a.edi", 10, 5.0)


def test_a_file_that_has_stopped_changing_is_whole() -> None:
    """Its size and time stay as they are for so long."""
    settling = Settling(5)
    assert settling.whole([FILE], 0) == []
    assert settling.whole([FILE], 4.9) == []
    assert settling.whole([FILE], 5) == [FILE]


@pytest.mark.parametrize("grown", [FILE._replace(size=11), FILE._replace(changed=6.0)])
def test_one_that_changes_is_waited_for(grown: Seen) -> None:
    """From its last change on."""
    settling = Settling(5)
    settling.whole([FILE], 0)
    assert settling.whole([grown], 5) == []
    assert settling.whole([grown], 9) == []
    assert settling.whole([grown], 10) == [grown]


def test_one_that_went_and_came_is_another() -> None:
    """What was known of it is forgotten with it."""
    settling = Settling(5)
    settling.whole([FILE], 0)
    settling.whole([], 3)
    assert settling.whole([FILE], 6) == []


def test_the_oldest_comes_first() -> None:
    """An update is not to overtake what it updates."""
    files = [Seen("b", 1, 2.0), Seen("c", 1, 1.0), Seen("a", 1, 2.0)]
    assert [seen.name for seen in Settling(0).whole(files, 0)] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "name",
    [".hidden", "a.tmp", "a.edi.part", "A.FILEPART", "a.swp", "a~", "~a", "a\x1b[2J"],
)
def test_what_is_called_unfinished_is_left_alone(name: str) -> None:
    """So are hidden ones, and names that a terminal would obey."""
    assert not is_meant(name)
    assert Settling(0).whole([Seen(name, 1, 1.0)], 0) == []
