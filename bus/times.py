"""Moments as text: one spelling, RFC 3339 in UTC with microseconds."""

from datetime import UTC, datetime

_FIRST_MS = -62_135_596_800_000  # the year 1
_LAST_MS = 253_402_300_799_999  # the end of the year 9999


def rfc3339(moment: datetime) -> str:
    """Return `2026-11-23T12:00:00.000000Z`; a naive time stays without a zone."""
    zone = moment.tzinfo
    if zone is None:
        return moment.isoformat(timespec="microseconds")
    if zone is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def moment_of(ms: float) -> datetime:
    """Return the moment of a timestamp from outside, the nearest there is a date for.

    A clock in nanoseconds says a date that no calendar has.
    """
    return datetime.fromtimestamp(max(_FIRST_MS, min(ms, _LAST_MS)) / 1000, UTC)
