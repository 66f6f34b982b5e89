"""What is noticed about a submission: values with a stable code, never exceptions.

A code never changes its meaning, since rules, groups and people go by it.
"""

from dataclasses import dataclass
from enum import StrEnum

_LONGEST = 200


class Severity(StrEnum):
    """What a finding calls for, mildest first."""

    ACCEPT = "accept"
    FLAG = "flag"
    PARK = "park"
    REJECT = "reject"


CODES: dict[str, tuple[Severity, str]] = {
    # of the submission
    "unparsable": (Severity.PARK, "The bytes are not of the channel's format."),
    "too_large": (Severity.PARK, "There is more of it than the channel allows."),
    "nothing_in_it": (Severity.PARK, "The batch or file holds no item at all."),
    "control_mismatch": (
        Severity.PARK,
        "Counts or control numbers of an envelope do not agree with what is in it.",
    ),
    "unknown_type": (Severity.PARK, "The channel does not know this kind of message."),
    "ignored_type": (Severity.ACCEPT, "The channel takes no notice of this kind."),
    "no_identity": (Severity.PARK, "The order's id is missing: nobody can say whose."),
    "not_of_schema": (Severity.PARK, "What was made does not fit the event's schema."),
    "raw_header": (
        Severity.FLAG,
        "What is kept beside the stored submission cannot be read, or cannot be so.",
    ),
    "unforeseen": (Severity.PARK, "Converting it raised an error nobody foresaw."),
    "unverified": (
        Severity.PARK,
        "Its signature is not good, and its source keeps it.",
    ),
    "not_published": (
        Severity.PARK,
        "Kafka or the schema registry takes no such event.",
    ),
    "not_fetched": (Severity.PARK, "What the message names could not be fetched."),
    # of a field
    "missing": (Severity.FLAG, "The mapping requires a value, and there is none."),
    "unreadable": (Severity.FLAG, "A value cannot be read as what it should be."),
    "several": (Severity.FLAG, "One value is wanted and there are more: the first."),
    "rounded": (Severity.ACCEPT, "An amount has more places than are kept: rounded."),
    "zone_assumed": (Severity.ACCEPT, "A time came without a zone; one was assumed."),
    "time_ambiguous": (
        Severity.ACCEPT,
        "A local time that its zone has twice or never, by a change of clocks.",
    ),
    "unknown_word": (Severity.FLAG, "A word is not in the channel's table."),
    "unknown_currency": (Severity.FLAG, "A currency is none of ISO 4217."),
    "unknown_unit": (Severity.ACCEPT, "A unit is none that the channel's table has."),
    "unknown_country": (Severity.FLAG, "A country is none of ISO 3166-1."),
    "expression_failed": (Severity.FLAG, "An expression cannot be applied to this."),
}
"""Severity and meaning of each code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed.

    Attributes:
        code: One of `CODES`.
        text: What is wrong, in a sentence.
        path: The field of the event, `lines[2].quantity`; empty: the whole.
        source_path: Where the value stands in the payload; empty: nowhere.
        value: The value as it came, cut short.
    """

    code: str
    text: str
    path: str = ""
    source_path: str = ""
    value: str | None = None

    @property
    def severity(self) -> Severity:
        """What it calls for, unless a rule says otherwise."""
        return CODES[self.code][0]


def shown(value: object) -> str:
    """A value as a finding shows it: on one line, cut to 200 characters."""
    return " ".join(str(value).split())[:_LONGEST]


def as_field(finding: Finding) -> dict[str, object]:
    """A finding as an event of intake carries it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.path or None,
        "source_path": finding.source_path or None,
        "text": finding.text,
        "value": finding.value,
    }
