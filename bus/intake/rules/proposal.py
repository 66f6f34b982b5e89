"""What a proposal is, from when on it is made, and what it would have done."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bus.intake.rules.learning import Group, Rate
from bus.intake.rules.lines import Line


@dataclass(frozen=True, slots=True)
class Policy:
    """From when on something is proposed.

    Attributes:
        share: The lower bound of the false share has to be above it.
        fewest: Decisions that it takes to have a rule only observed.
        fewest_wider: Decisions that it takes for a wider parameter.
        fewest_value: How often one value has to be held for nothing to be added.
        cleared: Which share of the false ones a wider parameter has to clear.
        lost: How many true ones may go on, for each false one, where a rule is only
            observed: in small groups none.
    """

    share: float = 0.3
    fewest: int = 20
    fewest_wider: int = 10
    fewest_value: int = 3
    cleared: Decimal = Decimal("0.95")
    lost: float = 0.005


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would have done to the orders that were decided.

    `false`, `true`: how many there were of this rule and account; `released`: false
    ones that had gone on; `lost`: true ones that had, too; `value`: what those
    released are worth by currency.
    """

    false: int
    true: int
    released: int
    lost: int
    value: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that a person may apply.

    Attributes:
        id: Made of what it changes; the same while that is the same.
        kind: rows, values, wider, observe.
        group, rate: For which rule and account, and how often that was wrong.
        line: The line to be written; None for rows.
        table, rows: Rows to be added to a lookup table.
        text: What it does, in a sentence.
        trial: What it would have done.
    """

    id: str
    kind: str
    group: Group
    rate: Rate
    line: Line | None
    table: str
    rows: tuple[str, ...]
    text: str
    trial: Trial
