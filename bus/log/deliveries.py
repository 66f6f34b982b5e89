"""What an attempt leaves of its delivery: nothing to do, or an open one."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from bus.log import causes
from bus.log.causes import Standing, standing
from bus.log.questions import OpenDelivery
from bus.log.rows import AttemptRow

RETRYING, HELD, DEAD_LETTER = "retrying", "held", "dead_letter"
STATES = (RETRYING, HELD, DEAD_LETTER)

DeliveryKey: TypeAlias = tuple[str, str]
"""Subscription and event id."""


def left_open(attempt: AttemptRow) -> OpenDelivery | None:
    """Return the delivery as its newest attempt left it; None if it is done.

    `attempts` is 0 after a hop without a call: the number before it stands.
    """
    route, _, rest = attempt.route.partition(":")
    if route == "done":
        return None
    stands = standing(attempt)
    return OpenDelivery(
        subscription=attempt.subscription,
        event_id=attempt.event_id,
        event_type=attempt.event_type,
        order_id=attempt.order_id,
        state=_state(route, attempt.outcome),
        attempts=attempt.number,
        replay=attempt.replay,
        last_outcome=attempt.outcome,
        last_status=attempt.status,
        last_detail=attempt.detail,
        changed_us=attempt.started_us,
        tier=rest if route == "retry" else "",
        reason=rest if route == DEAD_LETTER else "",
        arrived_us=attempt.arrived_us,
        cause=stands.cause,
        overdue=stands.overdue,
    )


def _state(route: str, outcome: str) -> str:
    if route == DEAD_LETTER:
        return DEAD_LETTER
    return HELD if "held" in (route, outcome) else RETRYING


class Changes(NamedTuple):
    """What attempts make of deliveries: first `done` ones go, then `open` ones come."""

    done: set[DeliveryKey]
    open: dict[DeliveryKey, OpenDelivery]


def changes(
    attempts: Iterable[AttemptRow], before: Mapping[DeliveryKey, Standing]
) -> Changes:
    """Return what attempts, oldest first, make of their deliveries.

    `before` is how those stood where that decides, see `ledger.wants_standing`.
    """
    made = Changes(set(), {})
    for attempt in attempts:
        key = (attempt.subscription, attempt.event_id)
        after = left_open(attempt)
        if after is None:
            made.done.add(key)
            made.open.pop(key, None)
            continue
        was = made.open.get(key)
        if was is None and key in before and key not in made.done:
            stands = causes.followed(before[key], stands_as(after))
            made.open[key] = replace(after, **stands._asdict())
        else:
            made.open[key] = followed(was, after)
    return made


def followed(before: OpenDelivery | None, after: OpenDelivery) -> OpenDelivery:
    """Return an open delivery that was `before`, and is `after` now."""
    if before is None:
        return after
    stands = causes.followed(stands_as(before), stands_as(after))
    arrived_us = after.arrived_us or before.arrived_us
    return replace(after, arrived_us=arrived_us, **stands._asdict())


def stands_as(one: OpenDelivery) -> Standing:
    """How an open delivery stands."""
    return Standing(one.attempts, one.cause, one.overdue)
