"""What a diagnosis says: findings, each with what to do and the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters: gravest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OK = "ok"


GRAVEST_FIRST = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found.

    `code` never changes its meaning (docs/diagnose.md has them all). `says` is one
    sentence, `do` what to do about it, empty where nothing is. `at_s` is when it was
    seen, epoch seconds; evidence is plain values.
    """

    code: str
    severity: Severity
    says: str
    do: str = ""
    at_s: float
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings about one endpoint, gravest first within what was looked at.

    `subscription` is empty for a bare URL. `endpoint` is the URL as it may be shown.
    """

    subscription: str
    endpoint: str
    began_s: float
    took_s: float
    findings: Sequence[Finding]

    def count(self, severity: Severity) -> int:
        """How many there are of one severity."""
        return sum(one.severity is severity for one in self.findings)

    @property
    def bad(self) -> bool:
        """Whether any finding is an error."""
        return self.count(Severity.ERROR) > 0
