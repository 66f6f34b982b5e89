"""JMESPath expressions, compiled, and bounded in what they may cost.

Filters and transforms are written by partners, and run on a thread that works for all.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

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

from bus.errors import InvalidSubscriptionError

if TYPE_CHECKING:  # the stubs know it, the module does not
    from jmespath.visitor import _TreeNode

MAX_EXPRESSION_CHARS = 4_096
MAX_STEPS = 100_000


class CostlyExpressionError(JMESPathError):
    """An evaluation took more steps, or made a longer list, than is allowed."""


class _Bounded(TreeInterpreter):
    """Gives up after `limit` steps.

    An expression of a few characters can double a value again and again
    (`[@,@][] | [@,@][]`, `join('', [@,@])`), so what is made counts as well, and what
    a function is given (`sum(@)`, often, of a long list) or two that are compared.
    What one step could make far too large, or look at for too long, is refused before.
    """

    limit = left = MAX_STEPS

    @override
    def visit(self, node: "_TreeNode", *args: object, **kwargs: object) -> object:
        kind = node["type"]
        self.left -= 1
        result: object = super().visit(node, *args, **kwargs)
        if kind in _MAKES_VALUES:
            self.left -= _size(result, self.left)
        if self.left < 0:
            self._pay(0)
        return result

    @override
    def visit_function_expression(self, node: "_TreeNode", value: object) -> object:
        given = [self.visit(child, value) for child in node["children"]]
        for argument in given:
            if isinstance(argument, list | dict):
                self.left -= len(argument)
            elif isinstance(argument, str):
                self.left -= len(argument) // 64
        self._pay(_beforehand(node["value"], given, self.left))
        result: object = _FUNCTIONS.call_function(node["value"], given)
        return result

    @override
    def visit_comparator(self, node: "_TreeNode", value: object) -> object:
        if node["value"] not in {"eq", "ne"}:  # only numbers have an order
            ordered: object = super().visit_comparator(node, value)
            return ordered
        one, other = (self.visit(child, value) for child in node["children"])
        if isinstance(one, list | dict) and isinstance(other, list | dict):
            self._pay(_size(one, self.left))
        result: object = self.COMPARATOR_FUNC[node["value"]](one, other)
        return result

    def _pay(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise CostlyExpressionError(f"more than {self.limit:,} steps")


_MAKES_VALUES = frozenset(
    {"flatten", "function_expression", "multi_select_dict", "multi_select_list"}
)


def _beforehand(function: str, given: Sequence[object], limit: int) -> int:
    """What a function costs beyond looking at its arguments once."""
    match function, given:
        case "join", [str(glue), list(parts)]:
            # It stands between all parts: a product, made in one step.
            return min(limit + 1, len(glue) * len(parts) // 64)
        case "contains" | "to_string", [list() | dict() as whole, *_]:
            return _size(whole, limit)  # goes down into all of it
        case _:
            return 0


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

    def evaluate(self, document: object, limit: int = MAX_STEPS) -> object:
        """Return what the expression makes of a document (None: nothing).

        Raises whatever the expression does to a document it was not written for:
        a JMESPathError, or a TypeError where a string is compared with a number; and
        CostlyExpressionError after `limit` steps.
        """
        self._interpreter.limit = self._interpreter.left = limit
        result: object = self._interpreter.visit(self._tree, document)
        return result

    def taken(self) -> int:
        """How many steps were taken since this was last asked."""
        interpreter = self._interpreter
        steps = interpreter.limit - interpreter.left
        interpreter.limit = interpreter.left
        return steps

    def holds(self, document: object, limit: int = MAX_STEPS) -> bool:
        """Say if the result is true in JMESPath's sense; 0 is, empty is not."""
        result = self.evaluate(document, limit)
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
