"""What came before: the same order again, and too many in a short time."""

from collections.abc import Iterator
from decimal import Decimal

from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import (
    ACCOUNT,
    ADDRESS,
    BUYER,
    PURCHASE,
    SAME,
    Context,
    marks_of,
)
from bus.intake.rules.order import Order

_MOST_NAMED = 3
_RECEIVED = "intake.order_received"


def _duplicate(given: Given) -> Run:
    by, within = given.text("by"), given.duration("within")

    def run(order: Order, about: Context) -> Iterator[Found]:
        mark = marks_of(order, about).get(by)
        if mark is None or about.event_type != _RECEIVED:
            return
        now = about.observed_at
        earlier = about.known.earlier(mark, now - within, now)
        others = [one for one in earlier if one != order.order_id]
        if others:
            named = ", ".join(others[-_MOST_NAMED:])
            said = f"the same buyer sent the same before: {named}"
            yield Found("ordered_before", said, "order", named)

    return run


def _velocity(given: Given) -> Run:
    by, within, most = given.text("by"), given.duration("within"), given.number("most")

    def run(order: Order, about: Context) -> Iterator[Found]:
        mark = marks_of(order, about).get(by)
        if mark is None or about.event_type != _RECEIVED:
            return
        now = about.observed_at
        earlier = about.known.earlier(mark, now - within, now)
        count = Decimal(1 + sum(one != order.order_id for one in earlier))
        if count > most:
            said = f"this is order {count} of the same {by} in the time"
            yield Found("too_many_orders", said, "order", str(count), count)

    return run


HISTORY = (
    Check(
        name="duplicate",
        about="The same buyer has not sent the same before, under another id.",
        codes={"ordered_before": "The same was ordered before, under another id."},
        make=_duplicate,
        parameters=(
            Parameter(
                "by",
                Kind.TEXT,
                "what is the same: the content (articles, quantities, total), or the"
                " purchase_order",
                SAME,
                words=(SAME, PURCHASE),
            ),
            Parameter(
                "within",
                Kind.DURATION,
                "how long ago, at most 7 days are remembered",
                "24h",
                Strict.MORE,
            ),
        ),
    ),
    Check(
        name="velocity",
        about="No more orders than so many in a time.",
        codes={"too_many_orders": "There are more orders than usual in the time."},
        make=_velocity,
        parameters=(
            Parameter(
                "by",
                Kind.TEXT,
                "of the same account, buyer, or delivery address",
                BUYER,
                words=(ACCOUNT, BUYER, ADDRESS),
            ),
            Parameter("most", Kind.NUMBER, "how many", "20", Strict.LESS),
            Parameter(
                "within",
                Kind.DURATION,
                "the time, at most 7 days are remembered",
                "1h",
                Strict.MORE,
            ),
        ),
        knob=Knob("most", Turn.MORE),
        thin=True,
    ),
)
