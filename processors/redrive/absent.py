"""Who did not get an event, and why, by the settings as they are now. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from bus.delivery.matching import Match, covers
from bus.delivery.own import is_inner
from bus.delivery.subscription import State, Subscription
from bus.event import Event
from bus.times import rfc3339

_DEAR = "its filter takes too many steps to be asked here"


class Absent(NamedTuple):
    """A subscription that asks for events of this type and has no attempt of it.

    `code` is later, removing, filtered, filter_failed, unknown, held or waiting.
    """

    subscription: str
    code: str
    why: str


class Absents(NamedTuple):
    """Those with a reason of their own, and those that ask for other types."""

    rows: Sequence[Absent]
    others: Sequence[str]


class Fact(NamedTuple):
    """The event: its type, when it arrived, itself if it can be read, else why not."""

    type: str
    arrived_us: int
    event: Event | None
    unread: str = ""


def absents(
    untried: Sequence[Subscription], fact: Fact, match: Match | None
) -> Absents:
    """Say why each of these, who were not tried, was not.

    `match` is who of them wants it; None if the event cannot be read.
    """
    asking = [one for one in untried if _asks(one, fact.type)]
    rows = [_absent(one, fact, match) for one in asking]
    others = sorted({one.id for one in untried} - {one.id for one in asking})
    return Absents(sorted(rows), others)


def _asks(one: Subscription, event_type: str) -> bool:
    inner = is_inner(event_type)
    return any(
        covers(pattern, event_type) and (not inner or is_inner(pattern))
        for pattern in one.types
    )


def _absent(one: Subscription, fact: Fact, match: Match | None) -> Absent:
    return _early(one, fact) or _unwanted(one, fact, match) or _by_state(one)


def _early(one: Subscription, fact: Fact) -> Absent | None:
    made = one.created_at
    if made is not None and made.timestamp() * 1e6 > fact.arrived_us:
        at = rfc3339(made)[:19]
        return Absent(one.id, "later", f"was added after it, at {at}Z")
    if one.state is State.REMOVING:
        return Absent(one.id, "removing", "is being removed")
    return None


def _unwanted(one: Subscription, fact: Fact, match: Match | None) -> Absent | None:
    if match is None:
        why = f"its filter cannot be asked: {fact.unread}"
        return None if one.filter is None else Absent(one.id, "unknown", why)
    if one.id in match.failed_filters:
        return Absent(one.id, "filter_failed", f"its filter fails on it: {one.filter}")
    if one.id in match.undecided:
        return Absent(one.id, "unknown", _DEAR)
    if one.id in match.subscriptions:
        return None
    if one.filter is None:
        return Absent(one.id, "filtered", "it is for another account")
    return Absent(one.id, "filtered", f"its filter leaves it out: {one.filter}")


def _by_state(one: Subscription) -> Absent:
    if one.state is State.ACTIVE:
        return Absent(one.id, "waiting", "wants it; no attempt is in the log yet")
    why = f": {one.state_reason}" if one.state_reason else ""
    return Absent(one.id, "held", f"wants it, and is {one.state.value}{why}")
