"""Moments as text: one spelling to write, RFC 3339 in all its forms to read."""

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)

# RFC 3339, 5.6: letters of either case, a leap second, a fraction of any length, any
# offset. Its note allows a space for the T.
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]+))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_LEAP_SECOND = 60
_MICROS = "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ"


def rfc3339(moment: datetime) -> str:
    """Return `2026-11-23T12:00:00.000000Z`; a naive time stays without a zone."""
    zone = moment.tzinfo
    if zone is None:
        return moment.isoformat(timespec="microseconds")
    if zone is not UTC:
        moment = in_utc(moment)
    # isoformat asks the zone for its offset: that takes as long again.
    return _MICROS % (
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond,
    )


def in_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC, the nearest there is if that has no year 1 to 9999.

    A zone of a caller's own counts by its offset.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


def read_rfc3339(text: str) -> datetime:
    """Read a time with a zone; returned in UTC, with microseconds.

    A leap second is the last microsecond before the next minute, digits beyond
    microseconds are cut off, and what lies outside of the years 1 to 9999 becomes the
    nearest moment within. Other ISO 8601 forms are read too, if they name a zone.

    Raises:
        ValueError: It is no time, or has no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _read_slowly(text)
    zone = moment.tzinfo
    if zone is None:
        raise ValueError("without a time zone")
    return moment if zone is UTC else in_utc(moment)


def _read_slowly(text: str) -> datetime:
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError("expected RFC 3339")
    year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
    micro = int((found[7] or "")[:6].ljust(6, "0"))
    if second == _LEAP_SECOND:
        second, micro = 59, 999_999
    zone = UTC
    if found[8]:
        offset = timedelta(hours=int(found[9]), minutes=int(found[10]))
        zone = timezone(offset if found[8] == "+" else -offset)
    # The year 0 is a leap year, as 4 is: its days are checked, then it is clamped.
    moment = datetime(year or 4, month, day, hour, minute, second, micro, zone)
    return in_utc(moment) if year else EARLIEST


def moment_of(ms: float) -> datetime:
    """Return the moment of a timestamp from outside, the nearest there is a date for.

    A clock in nanoseconds says a date that no calendar has.
    """
    return at_us(round(ms * 1000))


def at_us(timestamp_us: int) -> datetime:
    """Return the moment of microseconds since 1970, the nearest there is."""
    try:
        return _EPOCH + timedelta(microseconds=timestamp_us)
    except OverflowError:
        return LATEST if timestamp_us > 0 else EARLIEST


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
