"""Which subscriptions want an event.

By type first (one dict lookup), then by filter: an expression is compiled once and
evaluated at most once an event, however many subscriptions share it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from jmespath import parser
from jmespath.exceptions import (
    EmptyExpressionError,
    IncompleteExpressionError,
    JMESPathError,
    LexerError,
    ParseError,
)
from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter
from typing_extensions import override

from bus.delivery.subscription import State, Subscription
from bus.errors import InvalidSubscriptionError
from bus.event import Event

if TYPE_CHECKING:  # the stubs know it, the module does not
    from jmespath.visitor import _TreeNode

MAX_EXPRESSION_CHARS = 4_096
MAX_STEPS = 100_000
MAX_PLANS = 10_000
_MATCHED_STATES = frozenset({State.ACTIVE, State.PAUSED, State.DISABLED})


class CostlyExpressionError(JMESPathError):
    """An evaluation took more steps, or made a longer list, than is allowed."""


class _Bounded(TreeInterpreter):
    """Gives up after `MAX_STEPS`.

    An expression of a few characters can double a value again and again
    (`[@,@][] | [@,@][]`, `join('', [@,@])`), so what is made counts as well.
    """

    left = MAX_STEPS

    @override
    def visit(self, node: "_TreeNode", *args: object, **kwargs: object) -> object:
        kind = node["type"]
        self.left -= 1
        result: object = super().visit(node, *args, **kwargs)
        if kind in _MAKES_VALUES:
            self.left -= _size(result, self.left)
        if self.left < 0:
            raise CostlyExpressionError(f"more than {MAX_STEPS:,} steps")
        return result


_MAKES_VALUES = frozenset(
    {"flatten", "function_expression", "multi_select_dict", "multi_select_list"}
)


def _size(value: object, limit: int) -> int:
    size = 0
    values = [value]
    while values and size <= limit:
        item = values.pop()
        size += 1
        if isinstance(item, list):
            values.extend(item)
        elif isinstance(item, dict):
            values.extend(item.values())
        elif isinstance(item, str):
            size += len(item) // 64
    return size


class Expression:
    """A compiled JMESPath expression."""

    __slots__ = ("_interpreter", "_tree", "text")

    def __init__(self, text: str, tree: "_TreeNode") -> None:
        self.text = text
        self._tree = tree
        self._interpreter = _Bounded(Options(custom_functions=_FUNCTIONS))

    def evaluate(self, document: object) -> object:
        """Return what the expression makes of a document (None: nothing).

        Raises whatever the expression does to a document it was not written for:
        a JMESPathError, or a TypeError where a string is compared with a number.
        """
        self._interpreter.left = MAX_STEPS
        result: object = self._interpreter.visit(self._tree, document)
        return result

    def holds(self, document: object) -> bool:
        """Say if the result is true in JMESPath's sense; 0 is, empty is not."""
        result = self.evaluate(document)
        return not (
            result is None
            or result is False
            or (isinstance(result, str | list | dict) and not result)
        )


_FUNCTIONS = Functions()


def compile_expression(text: str, field: str = "filter") -> Expression:
    """Compile a JMESPath expression.

    Raises:
        InvalidSubscriptionError: for `field`, with why and at which character.
    """
    if len(text) > MAX_EXPRESSION_CHARS:
        raise InvalidSubscriptionError(
            field, f"longer than {MAX_EXPRESSION_CHARS:,} characters"
        )
    try:
        tree = parser.Parser().parse(text).parsed
    except RecursionError:
        raise InvalidSubscriptionError(field, "nested too deeply") from None
    except (EmptyExpressionError, ParseError) as error:
        raise InvalidSubscriptionError(field, _why(error, text)) from None
    for name in _functions(tree):
        if name not in _FUNCTIONS.FUNCTION_TABLE:
            known = ", ".join(sorted(_FUNCTIONS.FUNCTION_TABLE))
            raise InvalidSubscriptionError(
                field, f"no function {name}(); there are: {known}"
            )
    return Expression(text, tree)


def _why(error: EmptyExpressionError | ParseError, text: str) -> str:
    if isinstance(error, EmptyExpressionError):
        return "is empty"
    if isinstance(error, IncompleteExpressionError):
        return f"ends too early, after character {len(text)}"
    if isinstance(error, LexerError):
        return f"{error.message} at character {error.lexer_position + 1}"
    return f"unexpected {error.token_value!r} at character {error.lex_position + 1}"


def _functions(tree: "_TreeNode") -> Iterator[str]:
    nodes: list[object] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            if node["type"] == "function_expression":
                yield node["value"]
            nodes.extend(node["children"])


class Match(NamedTuple):
    """Ids of the subscriptions that want an event, and of those whose filter failed.

    A failed filter does not match; its owner has to hear of it.
    """

    subscriptions: Sequence[str]
    failed_filters: Sequence[str]


class _Plan(NamedTuple):
    """What one event type means: who takes it as it is, and who filters."""

    unfiltered: Match
    filtered: tuple[tuple[Expression, tuple[str, ...]], ...]


class Matcher:
    """Finds the subscriptions of an event; built anew when the table changes.

    Paused and disabled subscriptions match too, as their deliveries are held;
    removing ones do not. A filter that does not compile fails on every event.
    """

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._subscriptions = tuple(
            s for s in subscriptions if s.state in _MATCHED_STATES
        )
        self._expressions: dict[str, Expression] = {}
        for text in {s.filter for s in self._subscriptions}:
            if text is not None:
                with suppress(InvalidSubscriptionError):
                    self._expressions[text] = compile_expression(text)
        self._plans: dict[str, _Plan] = {}

    def match(self, event: Event, doc: Callable[[], dict[str, object]]) -> Match:
        """Return who wants this event; `doc` is called only if a filter needs it."""
        plan = self._plans.get(event.type)
        if plan is None:
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            plan = self._plans[event.type] = self._plan(event.type)
        if not plan.filtered:
            return plan.unfiltered
        document = doc()
        matched = list(plan.unfiltered.subscriptions)
        failed = list(plan.unfiltered.failed_filters)
        for expression, ids in plan.filtered:
            try:
                if expression.holds(document):
                    matched.extend(ids)
            except Exception:  # noqa: BLE001 - no owner's expression may stop the others
                failed.extend(ids)
        return Match(matched, failed)

    def _plan(self, event_type: str) -> _Plan:
        plain: list[str] = []
        broken: list[str] = []
        filtered: dict[str, list[str]] = {}
        for subscription in self._subscriptions:
            text = subscription.filter
            if not any(covers(p, event_type) for p in subscription.types):
                continue
            if text is None:
                plain.append(subscription.id)
            elif text in self._expressions:
                filtered.setdefault(text, []).append(subscription.id)
            else:
                broken.append(subscription.id)
        return _Plan(
            Match(tuple(plain), tuple(broken)),
            tuple((self._expressions[t], tuple(ids)) for t, ids in filtered.items()),
        )


def covers(pattern: str, event_type: str) -> bool:
    """Say if `order.created`, `order.*` or `*` names this event type."""
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type
