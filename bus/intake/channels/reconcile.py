"""What a channel declares of the list that its sources are reconciled with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.intake.fetching.declared import RateHeaders
from bus.intake.fetching.template import Template

SINCE, UNTIL = "since", "until"


@dataclass(frozen=True, slots=True)
class Reconciling:
    """Where orders that changed lately are listed, whole, as JSON.

    Attributes:
        url: Of the first page; `{since}` and `{until}` are moments, RFC 3339. Further
            ones are those of the header `Link` (RFC 8288, `rel="next"`), unless there
            are `pages`.
        pages: The parameter that numbers pages, from 1, until one is empty.
        fetched: An item is what the channel fetches: `new` and `changed` say nothing.
        items: The names that lead to the list; none: the document is the list.
        moment: The names that lead, in an item, to when it last changed.
        new, changed: The headers with which a message would bring an order that nobody
            has told, and one that has changed.
        headers: What is sent along, by name in small letters.
        every_s: How often.
        overlap_s: How far back each look goes beyond the one before.
        limits: Where the API says how fast it may be asked.
    """

    url: Template
    items: tuple[str, ...]
    moment: tuple[str, ...]
    new: Mapping[str, str]
    changed: Mapping[str, str]
    headers: Mapping[str, Template] = field(default_factory=dict)
    every_s: int = 600
    overlap_s: int = 900
    limits: RateHeaders = field(default_factory=RateHeaders)
    pages: str = ""
    fetched: bool = False
