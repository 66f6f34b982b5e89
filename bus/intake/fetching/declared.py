"""What a channel declares of fetching: after which messages, where, how fast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bus.intake.fetching.template import Template


class Unit(StrEnum):
    """In what an API says when its limit is over."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """Where an API says how fast it may be asked; empty: it does not.

    Attributes:
        remaining: Requests left until `reset`, in `unit`.
        used: As `32/40`: used, of so many.
        rate: Requests a second.
    """

    remaining: str = ""
    reset: str = ""
    unit: Unit = Unit.SECONDS
    used: str = ""
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Fetching:
    """What a channel fetches.

    Attributes:
        after: Native types of messages that leave the rest to be fetched.
        url: Where it is; begins with https:// or a setting.
        headers: What is sent along, by name in small letters.
        native_type: What the channel calls what was fetched.
        limits: Where the API says how fast it may be asked.
    """

    after: frozenset[str]
    url: Template
    native_type: str
    headers: Mapping[str, Template] = field(default_factory=dict)
    limits: RateHeaders = RateHeaders()
