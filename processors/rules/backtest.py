"""What a document of rules would change, over orders that came already."""

from collections.abc import Callable, Iterable, Sequence

from bus.intake.rules.book import Book
from bus.intake.rules.comparing import Case, Comparison, Moved, compare
from bus.intake.rules.documents import laid
from bus.intake.rules.lines import Line
from bus.intake.rules.reading import plain
from bus.intake.rules.rows import Rows

Row = dict[str, object]


def backtest(
    cases: Iterable[Case],
    book: Book,
    lines: Sequence[Line],
    tables: Callable[[str], Rows] = lambda _: {},
) -> Comparison:
    """Compare what holds with what would if the lines were in force, as they say."""
    ordered = sorted(cases, key=lambda case: case.about.observed_at)
    return compare(ordered, book, laid(book, lines), tables)


def shown(found: Comparison) -> Row:
    """A comparison as people and scripts see it."""
    return {
        "orders": found.orders,
        "held_before": found.held_before,
        "held_after": found.held_after,
        "newly_parked": _moved(found.parked),
        "newly_accepted": _moved(found.accepted),
        "findings": [
            {"rule": rule, "before": before, "after": after}
            for rule, (before, after) in sorted(found.found.items())
            if before != after
        ],
    }


def _moved(moved: Moved) -> Row:
    return {
        "count": moved.count,
        "value": {code: plain(moved.value[code]) for code in sorted(moved.value)},
        "without_value": moved.unknown,
        "by_rule": dict(sorted(moved.by_rule.items())),
        "examples": [
            {"order_id": order_id, "rules": list(rules)}
            for order_id, rules in moved.examples
        ],
    }
