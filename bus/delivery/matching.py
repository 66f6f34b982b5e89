"""Which subscriptions want an event.

By type first (one dict lookup), then by filter: an expression is compiled once and
evaluated at most once an event, however many subscriptions share it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from bus.delivery.effort import FREE_STEPS, Purse, payer_of
from bus.delivery.expressions import (
    MAX_STEPS,
    CostlyExpressionError,
    Expression,
    compile_expression,
)
from bus.delivery.own import account_of, is_inner, may_hear
from bus.delivery.subscription import State, Subscription
from bus.errors import InvalidSubscriptionError
from bus.event import Event

MAX_PLANS = 10_000
_MATCHED_STATES = frozenset({State.ACTIVE, State.PAUSED, State.DISABLED})


class Match(NamedTuple):
    """Ids of the subscriptions that want an event, and of those whose filter failed.

    A failed filter does not match; its owner has to hear of it. Those in `undecided`
    have to be asked later: their filter costs more than its owner has left.
    """

    subscriptions: Sequence[str]
    failed_filters: Sequence[str]
    undecided: Sequence[str] = ()


class _Found(NamedTuple):
    """A `Match` in the making."""

    wanted: list[str]
    failed: list[str]
    undecided: list[str]


class _Filter(NamedTuple):
    """An expression, whose filter it is, and who pays for that."""

    expression: Expression
    ids: tuple[str, ...]
    payers: frozenset[str]


class _Plan(NamedTuple):
    """What one event type means: who takes it as it is, and who filters."""

    unfiltered: Match
    filtered: tuple[_Filter, ...]


class Matcher:
    """Finds the subscriptions of an event; built anew when the table changes.

    Paused and disabled subscriptions match too, as their deliveries are held;
    removing ones do not. A filter that does not compile fails on every event. What
    the bus says of itself reaches only whom `bus.delivery.own` lets hear it.

    With `efforts`, what an owner's filters cost beyond the usual is paid from those;
    without, nobody is undecided, and a filter fails after `MAX_STEPS`.
    """

    def __init__(
        self, subscriptions: Iterable[Subscription], efforts: Purse | None = None
    ) -> None:
        self._efforts = efforts
        self._usual = MAX_STEPS if efforts is None else FREE_STEPS
        self._subscriptions = tuple(
            s for s in subscriptions if s.state in _MATCHED_STATES
        )
        self._expressions: dict[str, Expression] = {}
        for text in {s.filter for s in self._subscriptions}:
            if text is not None:
                with suppress(InvalidSubscriptionError):
                    self._expressions[text] = compile_expression(text)
        self._plans: dict[str, _Plan] = {}
        self._own: dict[tuple[str, str], _Plan] = {}

    def match(self, event: Event, doc: Callable[[], dict[str, object]]) -> Match:
        """Return who wants this event; `doc` is called only if a filter needs it."""
        plan = self._plans.get(event.type)
        if plan is None:
            plan = self._own_plan(event) if is_inner(event.type) else self._made(event)
        if not plan.filtered:
            return plan.unfiltered
        document = doc()
        unfiltered = plan.unfiltered
        found = _Found(
            list(unfiltered.subscriptions), list(unfiltered.failed_filters), []
        )
        for one in plan.filtered:
            try:
                if one.expression.holds(document, self._usual):
                    found.wanted.extend(one.ids)
            except CostlyExpressionError:
                self._pay(one, document, found)
            except Exception:  # noqa: BLE001 - no owner's expression may stop the others
                found.failed.extend(one.ids)
        return Match(*found)

    def _pay(self, one: _Filter, document: object, found: _Found) -> None:
        """Go on with a filter that costs more than usual, at its owners' expense."""
        if self._efforts is None:
            found.failed.extend(one.ids)
            return
        left = max(map(self._efforts.left, one.payers))
        if left <= FREE_STEPS:
            found.undecided.extend(one.ids)
            return
        try:
            if one.expression.holds(document, min(MAX_STEPS, FREE_STEPS + left)):
                found.wanted.extend(one.ids)
        except CostlyExpressionError:
            found.undecided.extend(one.ids)
        except Exception:  # noqa: BLE001 - as above
            found.failed.extend(one.ids)
        steps = one.expression.taken()
        for payer in one.payers:
            self._efforts.spend(payer, steps)

    def _made(self, event: Event) -> _Plan:
        if len(self._plans) >= MAX_PLANS:
            self._plans.clear()
        wanting = self._wanting(event.type)
        plan = self._plans[event.type] = self._plan(wanting)
        return plan

    def _own_plan(self, event: Event) -> _Plan:
        """Never kept by type alone: the next such event is for others."""
        key = event.type, account_of(event)
        plan = self._own.get(key)
        if plan is None:
            if len(self._own) >= MAX_PLANS:
                self._own.clear()
            plan = self._own[key] = self._plan(
                s
                for s in self._wanting(event.type)
                if may_hear(s.owner, key[1])
                and any(is_inner(p) and covers(p, event.type) for p in s.types)
            )
        return plan

    def _wanting(self, event_type: str) -> Iterator[Subscription]:
        for subscription in self._subscriptions:
            if any(covers(p, event_type) for p in subscription.types):
                yield subscription

    def _plan(self, wanting: Iterable[Subscription]) -> _Plan:
        plain: list[str] = []
        broken: list[str] = []
        filtered: dict[str, list[Subscription]] = {}
        for subscription in wanting:
            text = subscription.filter
            if text is None:
                plain.append(subscription.id)
            elif text in self._expressions:
                filtered.setdefault(text, []).append(subscription)
            else:
                broken.append(subscription.id)
        return _Plan(
            Match(tuple(plain), tuple(broken)),
            tuple(
                _Filter(
                    self._expressions[text],
                    tuple(one.id for one in those),
                    frozenset(map(payer_of, those)),
                )
                for text, those in filtered.items()
            ),
        )


def covers(pattern: str, event_type: str) -> bool:
    """Say if `order.created`, `order.*` or `*` names this event type."""
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type
