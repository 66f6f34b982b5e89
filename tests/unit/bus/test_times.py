"""Moments as text: RFC 3339 in all its forms, and where Python's time ends."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bus.times import EARLIEST, LATEST, at_us, in_utc, moment_of, read_rfc3339, rfc3339

EVENING = datetime(2026, 11, 27, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-27T20:00:00Z", EVENING),
        ("2026-11-27t20:00:00z", EVENING),
        ("2026-11-27T20:00:00z", EVENING),
        ("2026-11-27 20:00:00Z", EVENING),
        ("2026-11-27T20:00:00-00:00", EVENING),
        ("2026-11-27T20:00:00+00:00", EVENING),
        ("2026-11-28t19:59:00+23:59", EVENING),
        ("2026-11-27T14:30:00-05:30", EVENING),
        ("2026-11-27T20:00:00.5Z", EVENING + timedelta(microseconds=500_000)),
        ("2026-11-27t20:00:00.1234567z", EVENING + timedelta(microseconds=123_456)),
        ("2026-11-27T20:00:00.000000999999999999Z", EVENING),
        (
            "2026-11-27t20:00:00." + "9" * 5_000 + "z",
            EVENING.replace(microsecond=999_999),
        ),
        ("1990-12-31T23:59:60Z", datetime(1990, 12, 31, 23, 59, 59, 999_999, UTC)),
        (
            "1990-12-31t15:59:60.7-08:00",
            datetime(1990, 12, 31, 23, 59, 59, 999_999, UTC),
        ),
        ("0000-02-29T00:00:00Z", EARLIEST),
        ("0000-12-31t23:59:59z", EARLIEST),
        ("0001-01-01T00:00:00+14:00", EARLIEST),
        ("9999-12-31T23:59:59-00:01", LATEST),
        ("20261127T200000Z", EVENING),
        ("2026-11-27T20:00:00,0+0000", EVENING),
    ],
)
def test_every_form_of_rfc3339_is_read(text: str, moment: datetime) -> None:
    """In UTC; what was read before although it is ISO 8601 only still is."""
    found = read_rfc3339(text)
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "1795811926",
        "2026-11-27",
        "2026-11-27T20:00:00",
        "2026-11-27T24:00:00Z",
        "2026-11-27T20:60:00Z",
        "2026-11-27T20:00:61z",
        "2026-02-30t00:00:00z",
        "0000-02-30T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-11-27t20:00:00.z",
        "2026-11-27t20:00:00+24:00",
        "2026-11-27t20:00:00+5:00",
        "٢٠٢٦-11-27t20:00:00z",
        "2026-11-27t20:00:00z ",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """No guesses."""
    with pytest.raises(ValueError, match=r"zone|RFC 3339|range|must be|month"):
        read_rfc3339(text)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("power", [53, 60, 63])
def test_beyond_pythons_time_is_its_end(sign: int, power: int) -> None:
    """Any number Avro or Kafka can hold is a moment."""
    end = LATEST if sign > 0 else EARLIEST
    assert moment_of(sign * 2**power) == end
    assert at_us(sign * 2**63) == end


def test_moments_near_the_ends() -> None:
    """The last microsecond of 9999 and the first of 1 are themselves."""
    assert at_us(253_402_300_799_999_999) == LATEST
    assert at_us(253_402_300_800_000_000) == LATEST
    assert at_us(-62_135_596_800_000_000) == EARLIEST
    assert at_us(-62_135_596_800_000_001) == EARLIEST
    assert moment_of(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_any_zone_at_the_ends_is_written() -> None:
    """A producer's aware time of any zone has a spelling."""
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    assert in_utc(EARLIEST.replace(tzinfo=east)) == EARLIEST
    assert rfc3339(LATEST.replace(tzinfo=west)) == "9999-12-31T23:59:59.999999Z"
    assert rfc3339(EARLIEST) == "0001-01-01T00:00:00.000000Z"
