"""Deadlines: whether what is asked for can still be done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import moment, records
from bus.times import rfc3339

_HOUR = timedelta(hours=1)


def _ship_by(given: Given) -> Run:
    hours = given.number("hours")
    longest = given.duration("longest")

    def run(order: Order, about: Context) -> Iterator[Found]:
        now = about.observed_at
        for path, when in _deadlines(order):
            left = when - now
            if _hours(left) < hours:
                said = f"{_shown(left)} is left, {hours} h are needed"
                yield Found("too_late", said, path, rfc3339(when), _hours(left))
            elif left > longest:
                said = f"it is more than {longest.days} days away"
                yield Found("too_far", said, path, rfc3339(when))
        for path, first, then in _pairs(order):
            if then < first:
                said = f"it lies before {rfc3339(first)}"
                yield Found("times_crossed", said, path, rfc3339(then))

    return run


def _deadlines(order: Order) -> Iterator[tuple[str, datetime]]:
    for name in ("ship_by", "deliver_by"):
        if when := order.moments.get(name):
            yield name, when
    for index, one in enumerate(records(order.data.get("deliveries"))):
        for name in ("ship_by", "deliver_by", "cancel_after"):
            if when := moment(one.get(name)):
                yield f"deliveries[{index}].{name}", when


def _pairs(order: Order) -> Iterator[tuple[str, datetime, datetime]]:
    """Moments of which the second cannot be before the first."""
    ship, deliver = order.moments.get("ship_by"), order.moments.get("deliver_by")
    if ship and deliver:
        yield "deliver_by", ship, deliver
    for index, one in enumerate(records(order.data.get("deliveries"))):
        for first, then in (
            ("not_before", "ship_by"),
            ("window_from", "window_until"),
            ("ship_by", "deliver_by"),
        ):
            earlier, later = moment(one.get(first)), moment(one.get(then))
            if earlier and later:
                yield f"deliveries[{index}].{then}", earlier, later


def _hours(left: timedelta) -> Decimal:
    """Hours, rounded down to a tenth, exactly."""
    return Decimal(left // (_HOUR / 10)) / 10


def _shown(left: timedelta) -> str:
    return f"{_hours(left)} h"


DEADLINES = (
    Check(
        name="ship_by",
        about="There is time to ship by the deadlines, and they follow each other.",
        codes={
            "too_late": "A deadline is over, or too near.",
            "too_far": "A deadline is improbably far away.",
            "times_crossed": "A time lies before another that it has to follow.",
        },
        make=_ship_by,
        parameters=(
            Parameter(
                "hours",
                Kind.NUMBER,
                "how many hours have to be left; negative ones allow deadlines that are"
                " over",
                "0",
                Strict.MORE,
            ),
            Parameter(
                "longest", Kind.DURATION, "how far away one may be", "730d", Strict.LESS
            ),
        ),
        knob=Knob("hours", Turn.LESS),
        part=False,
    ),
)
