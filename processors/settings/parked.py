"""The settings of triage: what parked orders are worth, and when they expire."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, Field, field_validator

_CURRENCY = re.compile(r"[A-Z]{3}")
_TIER = re.compile(r"[A-Za-z0-9._-]{1,40}")


class ParkedSettings(BaseModel):
    """A part of `Settings`; every name begins with `parked_`."""

    parked_currency: str = Field(
        "EUR", description="The currency that parked orders are compared in."
    )
    parked_rates: str = Field(
        "",
        description="What one unit of other currencies is worth in it: "
        "`USD=0.92,GBP=1.17`. Orders in one without a rate are named, never guessed.",
    )
    parked_weights: str = Field(
        "",
        description="How much orders of a source's `tier` label count: `gold=3`. "
        "Others: 1.",
    )
    parked_expire_s: Annotated[float, Field(ge=0)] = Field(
        1_814_400,
        description="A parked order that nobody decided about is expired after this "
        "time, by a decision; 0: never, and Kafka deletes it after 30 days.",
    )
    watch_parked_value: Annotated[float, Field(ge=0)] = Field(
        1_000,
        description="New groups of parked orders that put more than this at risk are "
        "an alert.",
    )

    @field_validator("parked_currency", mode="after")
    @classmethod
    def _currency(cls, value: str) -> str:
        if not _CURRENCY.fullmatch(value):
            raise ValueError("expected a currency of ISO 4217, as EUR")
        return value

    @field_validator("parked_rates", mode="after")
    @classmethod
    def _rates(cls, value: str) -> str:
        read_pairs(value, _CURRENCY)
        return value

    @field_validator("parked_weights", mode="after")
    @classmethod
    def _weights(cls, value: str) -> str:
        read_pairs(value, _TIER)
        return value


def rates_in(text: str) -> dict[str, Decimal]:
    """Rates by currency.

    Raises:
        ValueError: it says what was expected.
    """
    return read_pairs(text, _CURRENCY)


def weights_in(text: str) -> dict[str, float]:
    """Weights by tier.

    Raises:
        ValueError: it says what was expected.
    """
    return {name: float(one) for name, one in read_pairs(text, _TIER).items()}


def read_pairs(text: str, names: re.Pattern[str]) -> dict[str, Decimal]:
    """Numbers above nought by name, of `NAME=1.5,OTHER=2`.

    Raises:
        ValueError: it says what was expected.
    """
    found: dict[str, Decimal] = {}
    for part in filter(None, (word.strip() for word in text.split(","))):
        name, _, number = part.partition("=")
        try:
            value = Decimal(number)
        except InvalidOperation:
            value = Decimal()
        if not names.fullmatch(name) or not value.is_finite() or value <= 0:
            raise ValueError(f"{part!r}: expected NAME=NUMBER, the number above 0")
        found[name] = value
    return found
