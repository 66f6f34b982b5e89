"""How `bus diagnose` shows its findings to people."""

import json
from collections.abc import Iterator, Mapping

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from processors.diagnose.findings import Finding, Report, Severity
from processors.diagnose.wording import many, took, when
from processors.screen.plain import plain
from processors.screen.prose import titled

_INDENT = 9
_COLOURS = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
    Severity.OK: "green",
}
_QUIET = (Severity.OK,)


class Findings:
    """A report for people: what is wrong first, each with what to do."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Yield the lines, as wide as the terminal is."""
        report = self._report
        width = options.max_width if console.is_terminal else None
        name = f"{report.subscription}  " if report.subscription else ""
        yield Text(name, style="bold").append(plain(report.endpoint))
        yield Text(f"{when(report.began_s)}, {took(report.took_s)}: {_counts(report)}")
        quiet = False
        for finding in report.findings:
            if not quiet:
                yield Text("")
            quiet = finding.severity in _QUIET  # they come last, and stand together
            yield from _lines(finding, width)


def _counts(report: Report) -> str:
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    good = report.count(Severity.OK)
    said = [
        many(errors, "error") if errors else "no error",
        many(warnings, "warning") if warnings else "no warning",
        f"{good} ok",
    ]
    return ", ".join(said)


def _lines(finding: Finding, width: int | None) -> Iterator[Text]:
    style = _COLOURS[finding.severity]
    said = f"{finding.says} [{finding.code}]"
    for line in titled(finding.severity.value, said, _INDENT, width):
        text = Text(line)
        text.stylize(style, 0, _INDENT)
        yield text
    if finding.severity in _QUIET:
        return
    if finding.do:
        for line in titled("", finding.do, _INDENT, width):
            yield Text(line, style="bold")
    seen = ", ".join(_evidence(finding.evidence))
    at = f"seen {when(finding.at_s)}" + (f": {seen}" if seen else "")
    for line in titled("", at, _INDENT, width):
        yield Text(line, style="dim")


def _evidence(evidence: Mapping[str, object]) -> Iterator[str]:
    for name, value in evidence.items():
        if value not in (None, "", [], {}):
            yield f"{name} {_value(value)}"


def _value(value: object) -> str:
    match value:
        case str():
            return " ".join(value.split())
        case int() | float():
            return str(value)
        case list() if all(isinstance(one, str) for one in value):
            return " ".join(map(str, value))
        case _:
            return json.dumps(value, ensure_ascii=False)
