"""What is sent and answered: rules."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class LineShown(TypedDict):
    """A line as it is kept."""

    id: str
    scope: Mapping[str, str]
    check: str | None
    parameters: Mapping[str, object]
    severity: Literal["accept", "flag", "park", "reject"] | None
    mode: Literal["off", "observe", "enforce"] | None
    when: str | None
    types: Sequence[str] | None
    about: str | None
    why: str | None
    layer: Literal["shipped", "stored", "trial"]
    by: str
    at: str | None
    actions: Sequence[Literal["override", "change", "enforce", "remove"]]


class LinesShown(TypedDict):
    """All lines of the rules."""

    data: Sequence[LineShown]


class RuleShown(TypedDict):
    """A rule as it holds for an account."""

    id: str
    trial: bool
    check: str
    severity: Literal["accept", "flag", "park", "reject"]
    mode: Literal["off", "observe", "enforce"]
    parameters: Mapping[str, object]
    when: str | None
    types: Sequence[str]
    about: str | None
    why: str | None
    origins: Mapping[str, str]


class RuleFault(TypedDict):
    """A rule that cannot be used."""

    id: str
    why: str


class EffectiveShown(TypedDict):
    """The rules that hold for an account."""

    version: str
    scope: Mapping[str, str]
    rules: Sequence[RuleShown]
    faults: Sequence[RuleFault]


class ScopeGiven(TypedDict):
    """Where a line of the rules holds; what is empty means any."""

    channel: NotRequired[str]
    source: NotRequired[str]
    account: NotRequired[str]


class RuleLine(TypedDict):
    """A line of the rules: what a rule is, or how a scope has it otherwise."""

    id: str
    scope: NotRequired[ScopeGiven]
    check: NotRequired[str | None]
    parameters: NotRequired[Mapping[str, object]]
    severity: NotRequired[Literal["accept", "flag", "park", "reject"] | None]
    mode: NotRequired[Literal["off", "observe", "enforce"] | None]
    when: NotRequired[str | None]
    types: NotRequired[Sequence[str] | None]
    about: NotRequired[str | None]
    why: NotRequired[str | None]


class RulesDocument(TypedDict):
    """Lines of rules."""

    rules: Sequence[RuleLine]


class RuleChange(TypedDict):
    """One part of a line, as it is and as it is to be."""

    field: str
    old: object
    new: object


class RuleStep(TypedDict):
    """What is, or would be done about one line."""

    action: Literal[
        "create", "update", "trial", "on trial", "remove", "kept", "unchanged"
    ]
    id: str
    scope: Mapping[str, str]
    reasons: Sequence[str]
    changes: Sequence[RuleChange]


class RulesApplied(TypedDict):
    """What was done, or would be."""

    steps: Sequence[RuleStep]
    dry_run: bool
