"""How `bus diagnose` shows its findings to people."""

import json
from collections.abc import Iterator, Mapping

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from processors.diagnose.findings import Severity
from processors.diagnose.telling import Plain
from processors.diagnose.wording import many, took
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
    """A report (`plain_report`) for people: what is wrong first, and what to do."""

    def __init__(self, report: Plain) -> None:
        self._report = report

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Yield the lines, as wide as the terminal is."""
        report = self._report
        width = options.max_width if console.is_terminal else None
        name = f"{report['subscription']}  " if report["subscription"] else ""
        yield Text(name, style="bold").append(plain(str(report["endpoint"])))
        took_s = float(str(report["took_s"]))
        yield Text(f"{report['at']}, {took(took_s)}: {_counts(report['counts'])}")
        quiet = False
        found = report["findings"]
        for finding in found if isinstance(found, list) else []:
            if not quiet:
                yield Text("")
            # They come last, and stand together.
            quiet = finding["severity"] in _QUIET
            yield from _lines(finding, width)


def _counts(counts: object) -> str:
    by = counts if isinstance(counts, dict) else {}
    errors, warnings, good = (
        int(by.get(one.value, 0))
        for one in (Severity.ERROR, Severity.WARNING, Severity.OK)
    )
    said = [
        many(errors, "error") if errors else "no error",
        many(warnings, "warning") if warnings else "no warning",
        f"{good} ok",
    ]
    return ", ".join(said)


def _lines(finding: Plain, width: int | None) -> Iterator[Text]:
    severity, evidence = Severity(str(finding["severity"])), finding["evidence"]
    style = _COLOURS[severity]
    said = f"{finding['says']} [{finding['code']}]"
    for line in titled(severity.value, said, _INDENT, width):
        text = Text(line)
        text.stylize(style, 0, _INDENT)
        yield text
    if severity in _QUIET:
        return
    if finding["do"]:
        for line in titled("", str(finding["do"]), _INDENT, width):
            yield Text(line, style="bold")
    seen = ", ".join(_evidence(evidence if isinstance(evidence, dict) else {}))
    at = f"seen {finding['at']}" + (f": {seen}" if seen else "")
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
