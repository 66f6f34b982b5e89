"""What is sent and answered: lookups."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class LookupShown(TypedDict):
    """A lookup table."""

    table: str
    rows: int
    actions: Sequence[Literal["load"]]


class LookupsShown(TypedDict):
    """All lookup tables."""

    data: Sequence[LookupShown]


class LookupRows(TypedDict):
    """Rows of a lookup table: columns by key."""

    rows: Mapping[str, Mapping[str, str]]


class LookupChange(TypedDict):
    """Rows to add or change, and keys of rows to remove."""

    rows: NotRequired[Mapping[str, Mapping[str, str]]]
    remove: NotRequired[Sequence[str]]


class LookupLoaded(TypedDict):
    """How many rows were new, other, gone, the same."""

    table: str
    added: int
    changed: int
    removed: int
    unchanged: int
    dry_run: bool
