"""Bodies, queries and answers about rules and lookup tables."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from processors.gateway.model import Flag, Model

Word: TypeAlias = Annotated[str, Field(max_length=200)]
Text: TypeAlias = Annotated[str, Field(max_length=2_000)]
SeverityWord: TypeAlias = Literal["accept", "flag", "park", "reject"]
ModeWord: TypeAlias = Literal["off", "observe", "enforce"]


class ScopeGiven(Model):
    """Where a line of the rules holds; what is empty means any."""

    channel: Word = ""
    source: Word = ""
    account: Annotated[
        Word, Field(description="The seller's account that orders name.")
    ] = ""


class RuleLine(Model):
    """A line of the rules: what a rule is, or how a scope has it otherwise."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
    scope: ScopeGiven = ScopeGiven()
    check: Annotated[
        Word | None, Field(description="Which check it makes; see docs/rules.md.")
    ] = None
    parameters: Annotated[
        Mapping[str, object], Field(description="The check's; numbers as texts.")
    ] = {}
    severity: SeverityWord | None = None
    mode: ModeWord | None = None
    when: Annotated[Text | None, Field(description="JMESPath: for which orders.")] = (
        None
    )
    types: Annotated[
        list[Word] | None, Field(max_length=20, description="Event types.")
    ] = None
    about: Text | None = None
    why: Text | None = None


class RulesDocument(Model):
    """Lines of rules."""

    rules: Annotated[
        list[RuleLine],
        Field(max_length=1_000, description="Lines; each replaces the one it names."),
    ]


class LineShown(RuleLine):
    """A line as it is kept."""

    scope: Annotated[  # type: ignore[assignment]  # only what is given
        Mapping[str, str], Field(description="Its parts that are given.")
    ]
    layer: Annotated[
        Literal["shipped", "stored", "trial"],
        Field(description="Came with the bus, is yours, or is tried out."),
    ]
    by: str
    at: str | None
    actions: Annotated[
        Sequence[Literal["override", "change", "enforce", "remove"]],
        Field(
            description="What whoever asks may do with `applyRules`: lay a line over "
            "one that came with the bus; change, or leave out with `prune`, one of "
            "yours; put a trial in force with `enforce`."
        ),
    ] = ()


class LinesShown(Model):
    """All lines of the rules."""

    data: Sequence[LineShown]


class ScopeQuery(Model):
    """Whose rules."""

    channel: Annotated[Word, Field(description="Name of a channel.")] = ""
    source: Annotated[Word, Field(description="Id of a source.")] = ""
    account: Annotated[Word, Field(description="Account of the seller.")] = ""


class RuleShown(Model):
    """A rule as it holds for an account."""

    id: str
    trial: Annotated[
        bool, Field(description="New or stricter, and only observed as yet.")
    ]
    check: str
    severity: SeverityWord
    mode: ModeWord
    parameters: Mapping[str, object]
    when: str | None
    types: Sequence[str]
    about: str | None
    why: str | None
    origins: Annotated[
        Mapping[str, str], Field(description="Where each part comes from.")
    ]


class RuleFault(Model):
    """A rule that cannot be used."""

    id: str
    why: str


class EffectiveShown(Model):
    """The rules that hold for an account."""

    version: str
    scope: Mapping[str, str]
    rules: Sequence[RuleShown]
    faults: Annotated[
        Sequence[RuleFault], Field(description="Rules that are passed over, and why.")
    ]


class ApplyRulesQuery(Model):
    """How a document is applied."""

    dry_run: Annotated[Flag, Field(description="Only say what would change.")] = False
    enforce: Annotated[
        Flag, Field(description="Put new and stricter lines in force now.")
    ] = False
    prune: Annotated[
        Flag, Field(description="Remove lines that the document does not have.")
    ] = False


class RuleChange(Model):
    """One part of a line, as it is and as it is to be."""

    field: str
    old: object
    new: object


class RuleStep(Model):
    """What is, or would be done about one line."""

    action: Literal[
        "create", "update", "trial", "on trial", "remove", "kept", "unchanged"
    ]
    id: str
    scope: Mapping[str, str]
    reasons: Annotated[
        Sequence[str], Field(description="Why it is stricter than what holds.")
    ]
    changes: Sequence[RuleChange]


class RulesApplied(Model):
    """What was done, or would be."""

    steps: Sequence[RuleStep]
    dry_run: bool


class LookupShown(Model):
    """A lookup table."""

    table: str
    rows: int
    actions: Sequence[Literal["load"]] = ()


class LookupsShown(Model):
    """All lookup tables."""

    data: Sequence[LookupShown]


RowKey: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
RowsByKey: TypeAlias = Annotated[
    dict[RowKey, dict[Word, Text]],
    Field(max_length=20_000, description="By key: a value for each column."),
]


class LookupRows(Model):
    """Rows of a lookup table: columns by key."""

    rows: RowsByKey


class LookupChange(Model):
    """Rows to add or change, and keys of rows to remove."""

    rows: RowsByKey = Field(default_factory=dict)
    remove: Annotated[
        Sequence[RowKey],
        Field(max_length=20_000, description="Keys of rows that are to go."),
    ] = ()


class LoadQuery(Model):
    """How rows are loaded."""

    dry_run: Annotated[Flag, Field(description="Only say what would change.")] = False
    replace: Annotated[Flag, Field(description="Remove rows that are not given.")] = (
        False
    )


class LookupLoaded(Model):
    """How many rows were new, other, gone, the same."""

    table: str
    added: int
    changed: int
    removed: int
    unchanged: int
    dry_run: bool


class RateShown(Model):
    """How often a rule held an account's orders for nothing."""

    rule: str
    scope: Mapping[str, str]
    false: Annotated[int, Field(description="Released as they were.")]
    true: Annotated[int, Field(description="Mended first, or rejected.")]
    share: float
    low: Annotated[float, Field(description="Lower end of the 95 % interval.")]
    high: float


class ProposalShown(Model):
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
    released: Annotated[int, Field(description="Held for nothing, that had gone on.")]
    lost: Annotated[int, Field(description="Held rightly, that had gone on, too.")]
    value: Annotated[Mapping[str, str], Field(description="Of those released.")]
    actions: Sequence[Literal["apply"]] = ()


class ProposalsShown(Model):
    """What decisions on parked orders teach."""

    decisions: int
    proposals: Sequence[ProposalShown]
    rates: Sequence[RateShown]


class Following(Model):
    """Nothing needs to be said."""


class ProposalApplied(Model):
    """What was done by a proposal."""

    proposal: ProposalShown
    steps: Sequence[RuleStep]
