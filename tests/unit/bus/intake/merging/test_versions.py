"""Which of two versions of an order is older."""

from datetime import UTC, datetime

import pytest

from bus.intake.merging.versions import Version, older, version_of


@pytest.mark.parametrize(
    ("one", "other", "is_older"),
    [
        (Version("7"), Version("10"), True),
        (Version("10"), Version("7"), False),
        (Version("7"), Version("7"), False),
        # A count beats a time: two changes may be of one second.
        (Version("7", 100), Version("8", 100), True),
        (Version("8", 1), Version("7", 2), False),
        (Version("a", 1), Version("b", 2), True),
        (Version(None, 2), Version(None, 1), False),
        # The same moment in two zones.
        (Version("2026-11-02T10:00:00+01:00"), Version("2026-11-02T09:00:00Z"), False),
        (Version("2026-11-02T10:00:00+01:00"), Version("2026-11-02T09:00:01Z"), True),
        # What cannot be compared: neither is older.
        (Version(), Version("7"), False),
        (Version("7"), Version(), False),
        (Version("v7"), Version("v8"), False),
        (Version("7" * 30), Version("8" * 30), False),
        (Version("²"), Version("3"), False),
    ],
)
def test_older(one: Version, other: Version, is_older: bool) -> None:  # noqa: FBT001 - a row
    """Counts as numbers, times as moments, and nothing where nobody can tell."""
    assert older(one, other) is is_older


def test_an_event_says_its_version() -> None:
    """Text and time as the source told them; to the microsecond."""
    moment = datetime(2026, 11, 2, 9, 30, 0, 1, tzinfo=UTC)
    data = {"source_version": "7", "source_updated_at": moment}
    assert version_of(data) == Version("7", 1_793_611_800_000_001)
    assert version_of({}) == Version()
