"""What of a list is missing: orders that never came, or only as they were before."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from bus.intake.channels.definition import Channel
from bus.intake.channels.reconcile import Reconciling
from bus.intake.converting import convert
from bus.intake.listing.slices import field_of
from bus.intake.merging.fates import Merging
from bus.intake.merging.versions import Version, older, version_of
from bus.intake.sources import Source
from bus.intake.submission import Submission


class Standing(StrEnum):
    """What is known of an order that is listed."""

    CAME = "came"
    CHANGED = "changed"
    NEW = "new"
    UNREADABLE = "unreadable"


def standing(
    channel: Channel, source: Source, told: Submission, merging: Merging
) -> tuple[Standing, str, Version]:
    """What is known of an item, the order it is about, and its version.

    One that was parked has come: somebody looks after it.
    """
    settled = Submission(
        instance=source.id,
        body=told.body,
        headers=told.headers,
        observed_at=told.observed_at,
        via=told.via,
        settings=source.settings,
        fetched=told.fetched,
    )
    part = convert(channel, settled)[0]
    made = part.made or {}
    if not part.order_id:
        return Standing.UNREADABLE, "", Version()
    version = version_of(made)
    if merging.held.of(part.order_id) is not None:
        return Standing.CAME, part.order_id, version
    newest = merging.newest.of(part.order_id)
    if newest is None:
        return Standing.NEW, part.order_id, version
    found = Standing.CHANGED if older(newest, version) else Standing.CAME
    return found, part.order_id, version


def changed_at(item: bytes, declared: Reconciling) -> datetime | None:
    """When an item last changed; in UTC where it names no zone; None: unknown."""
    text = field_of(item, declared.moment)
    moment = _iso(text) or _mailed(text)
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mailed(text: str) -> datetime | None:
    """A time as mails have it (RFC 2822)."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
