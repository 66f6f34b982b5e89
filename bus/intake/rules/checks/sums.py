"""Whether sums agree: lines, subtotal, tax, total; exact, within a tolerance.

Senders mean different things by the same word. A sum is wrong only if none of the ways
in which it is commonly meant comes near: the finding names the nearest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.money import (
    TOLERANCES,
    Tolerance,
    nearest,
    shown,
    unique,
)
from bus.intake.rules.checks.parameters import Given
from bus.intake.rules.known import Context
from bus.intake.rules.order import GROSS, NET, ZERO, Line, Order, charged, summed

_Readings: TypeAlias = Callable[[Order], Iterable[Decimal]]
_KNOB = Knob("tolerance", Turn.MORE)
_MOST_TAX = Decimal("0.3")


def _sum(code: str, name: str, readings: _Readings) -> Callable[[Given], Run]:
    """A check of one of the totals."""

    def make(given: Given) -> Run:
        tolerance = Tolerance.of(given)

        def run(order: Order, _: Context) -> Iterator[Found]:
            told = order.total(name)
            if told is None:
                return
            expected = _nearest(order, tolerance, told, readings(order))
            if expected is None:
                return
            need = tolerance.needed(told - expected, order.currency, len(order.goods))
            as_told = shown(told, order.currency)
            text = (
                f"{name} is {as_told}, the parts come to"
                f" {shown(expected, order.currency)}"
            )
            yield Found(code, text, f"totals.{name}", as_told, need)

        return run

    return make


def _nearest(
    order: Order, tolerance: Tolerance, told: Decimal, readings: Iterable[Decimal]
) -> Decimal | None:
    """What is nearest to what is told; None if it agrees, or nobody can say."""
    currency, lines = order.currency, len(order.goods)
    tried: list[Decimal] = []
    for expected in readings:
        if tolerance.allows(told - expected, expected, currency, lines):
            return None
        tried.append(expected)
    return nearest(told, tried) if tried else None


# --- the readings


def _goods(order: Order) -> Iterator[tuple[Decimal, str, bool]]:
    """What all lines come to: how much, on which basis, discounts taken off or not."""
    lines = order.goods
    if not lines or not order.is_whole:
        return
    told = {
        NET: _added(line.net for line in lines),
        GROSS: _added(line.gross for line in lines),
    }
    whole = _added(line.worth for line in lines)
    bases = {line.basis for line in lines}
    basis = bases.pop() if len(bases) == 1 else order.basis
    lowered = whole is None or told.get(basis) != whole
    for name, value in told.items():
        if value is not None:
            yield value, name, lowered
    if whole is not None:
        yield whole, basis, False
        if off := sum((line.lowered for line in lines), ZERO):
            yield whole - off, basis, True


def _added(values: Iterable[Decimal | None]) -> Decimal | None:
    """Their sum; None if one is not told."""
    found = ZERO
    for value in values:
        if value is None:
            return None
        found += value
    return found


def _subtotals(order: Order) -> Iterable[Decimal]:
    return unique(whole for whole, _, _ in _goods(order))


def _totals(order: Order) -> Iterator[Decimal]:
    rounding = order.total("rounding") or ZERO
    for whole, basis, lowered in _bases(order):
        for less in _discounts(order, lowered=lowered):
            for more in _extras(order):
                before = whole - less + more + rounding
                for tax in _taxes_on_top(order, basis, before):
                    yield before + tax


def _bases(order: Order) -> Iterator[tuple[Decimal, str, bool]]:
    subtotal = order.total("subtotal")
    if subtotal is not None:
        yield subtotal, order.basis, False
    yield from _goods(order)


def _discounts(order: Order, *, lowered: bool) -> Sequence[Decimal]:
    """What discounts on the order take off, as it may be meant."""
    told = order.total("discount")
    listed = summed(order.data.get("discounts"))
    found = [value for value in (told, listed) if value]
    if lowered or not found:
        found.append(ZERO)
    return unique(map(abs, found))


def _extras(order: Order) -> Sequence[Decimal]:
    """What charges add: as totals tell them, or one by one."""
    shipping, other = order.total("shipping"), order.total("charges")
    told = (shipping or ZERO) + (other or ZERO)
    if not order.charges:
        return (told,)
    beside = charged([one for one in order.charges if one.get("kind") != "shipping"])
    return unique((told, charged(order.charges), (shipping or ZERO) + beside))


def _taxes_on_top(order: Order, basis: str, before: Decimal) -> Sequence[Decimal]:
    tax = order.total("tax")
    if basis == GROSS:
        return (ZERO, *_on_charges(order))
    whole = tax if tax is not None else summed(order.data.get("taxes"))
    if basis == NET:
        return (whole, *_untold(order, before)) if not whole else (whole,)
    return unique((ZERO, whole))


def _untold(order: Order, before: Decimal) -> Sequence[Decimal]:
    """The tax that would be right where none is told, if it can be one."""
    if order.total("tax") is not None:
        return ()
    rest = (order.total("grand_total") or ZERO) - before
    return (rest,) if ZERO < rest <= before * _MOST_TAX else ()


def _on_charges(order: Order) -> Sequence[Decimal]:
    """Tax on charges that are told net, beside goods that are told gross."""
    found = summed([one for one in order.charges if one.get("basis") == NET], "tax")
    return (found,) if found else ()


def _taxes(order: Order) -> Iterator[Decimal]:
    if order.data.get("taxes"):
        yield summed(order.data.get("taxes"))
    lines = order.goods
    if not lines or not order.is_whole:
        return
    if all(line.tax is None for line in lines):
        return
    of_lines = sum((line.tax for line in lines if line.tax is not None), ZERO)
    yield of_lines
    of_charges = ZERO
    for charge in order.charges:
        own = summed([charge], "tax")
        of_charges += own or summed(charge.get("taxes"))
    if of_charges:
        yield of_lines + of_charges
    told = order.total("tax")
    if told is not None and ZERO <= of_lines + of_charges - told <= _tax_of(order):
        yield told  # discounts of the order lower taxes that lines tell without them


def _tax_of(order: Order) -> Decimal:
    """How much tax can be in the discounts of an order."""
    whole = order.total("discount") or summed(order.data.get("discounts"))
    return abs(whole) * _MOST_TAX


# --- the lines


def _line_sums(given: Given) -> Run:
    tolerance = Tolerance.of(given)

    def run(order: Order, _: Context) -> Iterator[Found]:
        for line in order.lines:
            for name, told, expected in _of_line(order, line):
                off = told - expected
                if not tolerance.allows(off, expected, order.currency, 1):
                    yield Found(
                        "line_sum_differs",
                        f"{name} is {shown(told, order.currency)},"
                        f" {_how(name)} comes to {shown(expected, order.currency)}",
                        f"{line.path}.{name}",
                        shown(told, order.currency),
                        tolerance.needed(off, order.currency, 1),
                    )

    return run


def _how(name: str) -> str:
    return "net with tax" if name == "gross with tax" else "quantity times price"


def _of_line(order: Order, line: Line) -> Iterator[tuple[str, Decimal, Decimal]]:
    """What a line tells twice: its name, as told, as computed."""
    if line.net is not None and line.tax is not None and line.gross is not None:
        yield "gross", line.gross, line.net + line.tax
    worth = line.worth
    if worth is None:
        return
    told = {NET: line.net, GROSS: line.gross}
    bases = [line.basis] if told.get(line.basis) is not None else []
    if not bases and line.basis not in told:
        bases = [basis for basis, value in told.items() if value is not None]
    pairs = [
        (basis, value, reading)
        for basis in bases
        if (value := told[basis]) is not None
        for reading in _worths(order, line, worth, value)
    ]
    if pairs:
        basis, value, reading = min(pairs, key=lambda pair: abs(pair[1] - pair[2]))
        yield basis, value, reading


def _worths(
    order: Order, line: Line, worth: Decimal, told: Decimal
) -> Iterator[Decimal]:
    yield worth
    if line.lowered:
        yield worth - line.lowered
    elif told < worth and _is_lowered(order, worth - told):
        yield told  # by a discount of the order that names no line


def _is_lowered(order: Order, by: Decimal) -> bool:
    whole = order.total("discount") or summed(order.data.get("discounts"))
    return by <= abs(whole)


SUMS = (
    Check(
        name="line_sum",
        about="Net and tax of a line make its gross; quantity times price, less its"
        " discounts, makes its net or gross.",
        codes={"line_sum_differs": "What a line tells twice is not the same."},
        make=_line_sums,
        parameters=TOLERANCES,
        knob=_KNOB,
    ),
    Check(
        name="subtotal_sum",
        about="The lines come to the subtotal.",
        codes={"subtotal_differs": "The lines do not come to the subtotal."},
        make=_sum("subtotal_differs", "subtotal", _subtotals),
        parameters=TOLERANCES,
        knob=_KNOB,
        part=False,
    ),
    Check(
        name="tax_sum",
        about="Taxes in detail, or those of lines and charges, come to the tax in all.",
        codes={"tax_differs": "Taxes do not come to the tax in all."},
        make=_sum("tax_differs", "tax", _taxes),
        parameters=TOLERANCES,
        knob=_KNOB,
        part=False,
    ),
    Check(
        name="total_sum",
        about="Goods, less discounts, with charges, rounding and (of net prices) tax"
        " come to the grand total.",
        codes={"total_differs": "The parts do not come to the grand total."},
        make=_sum("total_differs", "grand_total", _totals),
        parameters=TOLERANCES,
        knob=_KNOB,
        part=False,
    ),
)
