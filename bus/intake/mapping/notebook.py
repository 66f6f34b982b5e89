"""Where conversion writes down what it notices, with the field it is at."""

from bus.intake.findings import Finding, shown
from bus.intake.parsing.tree import Tree

_MOST = 100
# One word that is wrong makes many fields wrong: said once, at the first.
_ONCE = frozenset({"unknown_currency"})


class Notebook:
    """Findings of one event, in order; after a hundred the rest is only counted.

    Attributes:
        within: The list item at hand, `lines[2].`.
        path, source: The field at hand, and the line that fills it.
        examples: The first value that each line gave, by its number among those of
            its section; None: nobody wants to know.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.within = ""
        self.path = ""
        self.source = ""
        self.examples: dict[int, Tree] | None = None

    def note(self, code: str, text: str, value: object = None) -> None:
        """Add a finding about the field at hand."""
        if len(self.findings) >= _MOST:
            return
        value = None if value is None else shown(value)
        if code in _ONCE and any(
            (f.code, f.value) == (code, value) for f in self.findings
        ):
            return
        path = f"{self.within}{self.path}"
        self.findings.append(Finding(code, text, path, self.source, value))
