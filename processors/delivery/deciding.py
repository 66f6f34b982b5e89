"""Asking the filter of a delivery that was begun before it could be asked.

Matching leaves it undecided where its owner's filters have used up their steps; here
it may take as many as any evaluation.
"""

from typing import NamedTuple

from bus.delivery.delivery import DeadLetter, Done, Reason
from bus.delivery.expressions import (
    CostlyExpressionError,
    Expression,
    compile_expression,
)
from processors.delivery.subscriber import Subscriber
from processors.delivery.ticket import Ticket

_UNWANTED = "its filter does not want it"


class Verdict(NamedTuple):
    """What becomes of the delivery; `end` is None if it is wanted. `failed`: how."""

    end: Done | DeadLetter | None
    why: str = ""
    failed: str = ""


def decide(subscriber: Subscriber, ticket: Ticket) -> Verdict:
    """Ask the filter that its subscription has now. Never raises."""
    text = subscriber.subscription.filter
    if text is None:
        return Verdict(None)
    try:
        expression = compile_expression(text)
        holds = _paid(subscriber, ticket, expression)
    except CostlyExpressionError as error:
        return Verdict(DeadLetter(Reason.UNDECIDED), f"its filter takes {error}")
    except Exception as error:  # noqa: BLE001 - an owner's expression fails for the owner alone
        return Verdict(Done(), _UNWANTED, failed=str(error) or type(error).__name__)
    return Verdict(None) if holds else Verdict(Done(), _UNWANTED)


def _paid(subscriber: Subscriber, ticket: Ticket, expression: Expression) -> bool:
    try:
        return expression.holds(ticket.content.doc())
    finally:
        subscriber.spent(expression.taken())
