"""Which of two values of a parameter is stricter: what it lets pass less of."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from bus.intake.parsing.paths import WordingError
from bus.intake.rules.checks.parameters import Parameter, Strict


def is_stricter(one: Parameter, old: object, new: object) -> bool:
    """Whether a value as written is stricter than another, or may be."""
    if old == new:
        return False
    try:
        before, after = one.read(old), one.read(new)
    except WordingError:
        return True
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _by_word(one.stricter, before, after)
    if isinstance(before, tuple) and isinstance(after, tuple):
        return _of_lists(one.stricter, before, after)
    return _of_sizes(one.stricter, before, after)


def _of_sizes(stricter: Strict, before: object, after: object) -> bool:
    """Of numbers, durations, or yes and no."""
    if isinstance(before, bool):
        before, after = Decimal(before), Decimal(bool(after))
    if isinstance(before, Decimal) and isinstance(after, Decimal):
        change = after.compare(before)
    elif isinstance(before, timedelta) and isinstance(after, timedelta):
        change = Decimal((after - before).total_seconds())
    else:
        return True
    ways = {Strict.LESS: change < 0, Strict.MORE: change > 0}
    return ways.get(stricter, bool(change))


def _of_lists(
    stricter: Strict, before: tuple[object, ...], after: tuple[object, ...]
) -> bool:
    match stricter:
        case Strict.MORE:
            return not set(after) <= set(before)
        case Strict.FEWER:  # an empty one allows everything
            return bool(after) and (not before or not set(before) <= set(after))
        case Strict.EXCEPT:
            return not set(before) <= set(after)
        case Strict.WIDER:
            return bool(before) and (not after or not set(after) <= set(before))
        case _:
            return before != after


def _by_word(
    stricter: Strict, before: Mapping[str, Decimal], after: Mapping[str, Decimal]
) -> bool:
    return any(
        word not in before or _of_sizes(stricter, before[word], limit)
        for word, limit in after.items()
    )
