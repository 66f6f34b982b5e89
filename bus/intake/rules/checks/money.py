"""Tolerances of sums, and amounts as findings show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bus.intake.converters.codes import PLACES
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.reading import plain

_TWO = 2
_UNITS = {places: Decimal(1).scaleb(-places) for places in range(5)}
_HUNDRED = Decimal(100)

TOLERANCES = (
    Parameter(
        "tolerance",
        Kind.NUMBER,
        "how far off a sum may be, in the smallest units of its currency: 1 is 0.01"
        " EUR, or 1 JPY",
        "1",
        Strict.LESS,
    ),
    Parameter(
        "per_line",
        Kind.NUMBER,
        "how much further for each line, in the same units",
        "0",
        Strict.LESS,
    ),
    Parameter(
        "percent",
        Kind.NUMBER,
        "how far off it may be in any case, in percent of what is expected",
        "0",
        Strict.LESS,
    ),
)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far off a sum may be."""

    units: Decimal
    per_line: Decimal
    percent: Decimal

    @classmethod
    def of(cls, given: Given) -> "Tolerance":
        """The tolerance that a rule sets."""
        return cls(
            given.number("tolerance"), given.number("per_line"), given.number("percent")
        )

    def allows(
        self, off: Decimal, expected: Decimal, currency: str, lines: int
    ) -> bool:
        """Whether a sum may be off by so much."""
        off = abs(off)
        if off <= (self.units + self.per_line * lines) * unit_of(currency):
            return True
        return self.percent > 0 and off * _HUNDRED <= self.percent * abs(expected)

    def needed(self, off: Decimal, currency: str, lines: int) -> Decimal:
        """The tolerance with which it would be allowed, in smallest units."""
        return abs(off) / unit_of(currency) - self.per_line * lines


def unit_of(currency: str) -> Decimal:
    """The smallest unit of a currency; that of two places where it is not known."""
    return _UNITS[PLACES.get(currency, _TWO)]


def places_of(currency: str) -> int:
    """How many decimal places its amounts have."""
    return PLACES.get(currency, _TWO)


def nearest(told: Decimal, readings: Iterable[Decimal]) -> Decimal:
    """Of several readings the one that is nearest."""
    return min(readings, key=lambda one: abs(one - told))


def unique(readings: Iterable[Decimal]) -> Sequence[Decimal]:
    """Readings, each once, in order."""
    return list(dict.fromkeys(readings))


def shown(value: Decimal, currency: str) -> str:
    """An amount as people write it: `19.90 EUR`."""
    places = places_of(currency)
    text = plain(value)
    _, _, behind = text.partition(".")
    if len(behind) < places:
        text = f"{text}{'' if '.' in text else '.'}{'0' * (places - len(behind))}"
    return f"{text} {currency}".rstrip()
