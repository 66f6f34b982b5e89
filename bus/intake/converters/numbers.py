"""Converters of numbers and money: exact, in Decimal from the first digit on."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact

from bus.intake.converters.codes import CURRENCIES, PLACES
from bus.intake.converters.kinds import Converter, Given, Kind, Unreadable, has_value
from bus.intake.converters.texts import as_text
from bus.intake.parsing.paths import listed
from bus.intake.parsing.tree import Tree

KEPT = 6
"""Decimal places that amounts and quantities are kept with."""
WHOLE_DIGITS = 18
_RATE_PLACES = 10
_PLACES_OF_MOST = 2
_HUNDREDTH = Decimal("0.01")
_EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})")
_EXPONENT = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?[eE][+-]?[0-9]{1,2}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})+(?![0-9])")


def as_decimal(value: Tree, mark: str = ".") -> Decimal:
    """A number, exact.

    `mark` is what stands before the fraction; `any` takes a comma or a point, if it
    comes once. Other marks between groups of three digits are passed over.
    """
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        number = _read(as_text(value), mark)
    if not number.is_finite() or (number and number.adjusted() >= WHOLE_DIGITS):
        raise Unreadable(f"more than {WHOLE_DIGITS} digits before the point")
    return number


def _read(text: str, mark: str) -> Decimal:
    if mark == "any":
        mark = "," if "," in text else "."
        if text.count(mark) > 1 or ("," in text and "." in text):
            raise Unreadable("no number: which mark begins the fraction is unclear")
    elif mark != "." or not _PLAIN.fullmatch(text):
        text = _without_groups(text, mark)
    plain = text.replace(mark, ".")
    if plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    if not (_PLAIN.fullmatch(plain) or _EXPONENT.fullmatch(plain)):
        raise Unreadable("no number")
    return Decimal(plain)


def _without_groups(text: str, mark: str) -> str:
    """Take away what stands between groups of three digits; never the mark."""
    found = _GROUPED.match(text)
    if found is None or mark in found[0]:
        return text
    return re.sub(r"[.,' \u00a0\u202f]", "", found[0]) + text[found.end() :]


def kept(number: Decimal, given: Given, places: int = KEPT) -> Decimal:
    """A number with the places that are kept; a finding if that rounds it."""
    if number.same_quantum(_HUNDREDTH) and places >= _PLACES_OF_MOST:
        return number
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    rounded = number.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    if rounded != number:
        given.notes.note("rounded", f"rounded to {places} decimal places", number)
    return rounded


def _decimal(value: Tree, given: Given) -> Tree:
    """A number, exact.

    The argument is the decimal mark where it is not a point: `decimal(',')`; `=any`
    takes a comma or a point.
    """
    return kept(as_decimal(value, given.word(0, ".")), given)


def _integer(value: Tree, _: Given) -> Tree:
    """A whole number of at most 31 bits."""
    number = as_decimal(value)
    if number != number.to_integral_value() or abs(number) >= 1 << 31:
        raise Unreadable("no whole number of that size")
    return int(number)


def _percent(value: Tree, given: Given) -> Tree:
    """A percentage as a fraction: 19 is 0.19."""
    number = as_decimal(as_text(value).removesuffix("%").strip(), given.word(0, "."))
    return kept(number.scaleb(-2, _EXACT), given, _RATE_PLACES)


def _rate(value: Tree, given: Given) -> Tree:
    """A fraction of up to ten places."""
    return kept(as_decimal(value), given, _RATE_PLACES)


def _money(value: Tree, given: Given) -> Tree:
    """An amount in units of its currency, `19.90`.

    The currency is the argument, or what the mapping calls `$with.currency`.
    """
    number = as_decimal(value, given.word(1, "."))
    return {"amount": kept(number, given), "currency": _currency_of(given)}


def _minor(value: Tree, given: Given) -> Tree:
    """An amount in the smallest units of its currency: 1990 is EUR 19.90, JPY 1990."""
    number = as_decimal(value)
    currency = _currency_of(given)
    if currency is None:
        raise Unreadable("without a currency nobody knows how many places it has")
    places = given.places.get(currency, PLACES.get(currency, 2))
    return {
        "amount": kept(number.scaleb(-places, _EXACT), given),
        "currency": currency,
    }


def _currency_of(given: Given) -> str | None:
    code = given.word(0).strip().upper()
    if not code:
        return None
    if code not in CURRENCIES:
        given.notes.note("unknown_currency", "no currency of ISO 4217", code)
        return None
    return code


def _amount_of(value: Tree) -> Decimal:
    """A number, or the number of an amount."""
    return as_decimal(value["amount"] if isinstance(value, dict) else value)


def _with_argument(
    doc: str, work: Callable[[Decimal, Decimal, Given], Decimal]
) -> Callable[[Tree, Given], Tree]:
    def convert(value: Tree, given: Given) -> Tree:
        other = given.arguments[0] if given.arguments else None
        if not has_value(other):
            return value
        result = work(_amount_of(value), _amount_of(other), given)
        return value | {"amount": result} if isinstance(value, dict) else result

    convert.__doc__ = doc
    return convert


def _per(number: Decimal, other: Decimal, given: Given) -> Decimal:
    if not other:
        raise Unreadable("it would be divided by zero")
    context = Context(prec=60, rounding=ROUND_HALF_EVEN)
    result = context.divide(number, other)
    if context.flags[Inexact]:
        given.notes.note("rounded", "divided, which does not come out even", number)
        return result.quantize(Decimal(1).scaleb(-KEPT), context=_EXACT)
    return result


def _negate(value: Tree, _: Given) -> Tree:
    """With the other sign."""
    number = -_amount_of(value)
    return value | {"amount": number} if isinstance(value, dict) else number


def _absolute(value: Tree, _: Given) -> Tree:
    """Without its sign."""
    number = abs(_amount_of(value))
    return value | {"amount": number} if isinstance(value, dict) else number


def _total(value: Tree, _: Given) -> Tree:
    """The sum of a list of numbers."""
    sums = [as_decimal(item) for item in listed(value) if has_value(item)]
    total = Decimal(0)
    for number in sums:
        total = _EXACT.add(total, number)
    return total if sums else None


_PLUS = _with_argument(
    "More by the argument; unchanged where that has no value.",
    lambda number, other, _: _EXACT.add(number, other),
)
_MINUS = _with_argument(
    "Less by the argument; unchanged where that has no value.",
    lambda number, other, _: _EXACT.subtract(number, other),
)
_TIMES = _with_argument(
    "Multiplied by the argument, exactly.",
    lambda number, other, _: _EXACT.multiply(number, other),
)
_PER = _with_argument(
    "Divided by the argument; a finding where that does not come out even.", _per
)

NUMBERS = (
    Converter("decimal", _decimal, Kind.DECIMAL, ("mark?",)),
    Converter("integer", _integer, Kind.INTEGER),
    Converter("percent", _percent, Kind.DECIMAL, ("mark?",)),
    Converter("rate", _rate, Kind.DECIMAL),
    Converter("money", _money, Kind.AMOUNT, ("currency", "mark?"), ("$with.currency",)),
    Converter("minor", _minor, Kind.AMOUNT, ("currency",), ("$with.currency",)),
    Converter("plus", _PLUS, Kind.ANY, ("number",)),
    Converter("minus", _MINUS, Kind.ANY, ("number",)),
    Converter("times", _TIMES, Kind.ANY, ("number",)),
    Converter("per", _PER, Kind.ANY, ("number",)),
    Converter("negate", _negate, Kind.ANY),
    Converter("absolute", _absolute, Kind.ANY),
    Converter("total", _total, Kind.DECIMAL, whole=True),
)
