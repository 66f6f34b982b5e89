"""Moments as text: one spelling, RFC 3339 in UTC with microseconds."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Return `2026-11-23T12:00:00.000000Z`; a naive time stays without a zone."""
    zone = moment.tzinfo
    if zone is None:
        return moment.isoformat(timespec="microseconds")
    if zone is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"
