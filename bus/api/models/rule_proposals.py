"""What is sent and answered: rule proposals."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from bus.api.models.rules import RuleStep


class RateShown(TypedDict):
    """How often a rule held an account's orders for nothing."""

    rule: str
    scope: Mapping[str, str]
    false: int
    true: int
    share: float
    low: float
    high: float


class ProposalShown(TypedDict):
    """A change that a person may apply, and what it would have done."""

    id: str
    kind: Literal["rows", "values", "wider", "observe"]
    rule: str
    scope: Mapping[str, str]
    text: str
    line: Mapping[str, object] | None
    table: str
    rows: Sequence[str]
    rate: RateShown
    released: int
    lost: int
    value: Mapping[str, str]
    actions: Sequence[Literal["apply"]]


class ProposalsShown(TypedDict):
    """What decisions on parked orders teach."""

    decisions: int
    proposals: Sequence[ProposalShown]
    rates: Sequence[RateShown]


class Following(TypedDict):
    """Nothing needs to be said."""


class ProposalApplied(TypedDict):
    """What was done by a proposal."""

    proposal: ProposalShown
    steps: Sequence[RuleStep]
