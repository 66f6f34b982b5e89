"""Times as people write them."""

import pytest

from bus.delivery.schedule import parse_moment

NOW = 1_763_899_200.0  # 2025-11-23T12:00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", NOW),
        ("2h", NOW - 7200),
        (" 2h ago ", NOW - 7200),
        ("1.5m ago", NOW - 90),
        ("2025-11-23T12:00:00Z", NOW),
        ("2025-11-23T13:00:00+01:00", NOW),
        ("2025-11-23 11:59:59.5Z", NOW - 0.5),
    ],
)
def test_times_are_understood(text: str, seconds: float) -> None:
    """RFC 3339, or how long ago."""
    assert parse_moment(text, NOW) == seconds


@pytest.mark.parametrize(
    "text", ["", "x", "12", "yesterday", "2025-11-23T12:00:00", "2025-13-01T00:00:00Z"]
)
def test_others_are_refused(text: str) -> None:
    """Without a zone or a unit nobody knows what is meant."""
    with pytest.raises(ValueError, match="expected 2026-"):
        parse_moment(text, NOW)
