"""Rules as rows, for commands and the API."""

from collections.abc import Mapping

from bus.intake.rules.book import STORED, TRIAL, Book, Effective, Origin, Rule
from bus.intake.rules.lines import FIELDS, Line, Stored

Row = dict[str, object]


def line_rows(book: Book) -> list[Row]:
    """All lines: those that came with the bus, those of the topic, and trials."""
    return [_line_row(line, layer, book.stored) for line, layer in book.lines()]


def _line_row(line: Line, layer: str, stored: Mapping[str, Stored]) -> Row:
    record = stored.get(line.key) if layer in {STORED, TRIAL} else None
    return {
        "id": line.rule,
        "scope": dict(line.scope.pairs()),
        "layer": layer,
        "check": line.check,
        "parameters": dict(line.parameters),
        "severity": None if line.severity is None else line.severity.value,
        "mode": None if line.mode is None else line.mode.value,
        "when": line.when,
        "types": None if line.types is None else list(line.types),
        "about": line.about,
        "why": line.why,
        "by": record.by if record else "",
        "at": record.at or None if record else None,
    }


def effective_row(found: Effective) -> Row:
    """The rules that hold for an account, each part with where it comes from."""
    return {
        "version": found.version,
        "scope": dict(found.scope.pairs()),
        "rules": [_rule_row(rule) for rule in found.rules],
        "faults": [{"id": name, "why": why} for name, why in found.faults.items()],
    }


def _rule_row(rule: Rule) -> Row:
    line = rule.line
    return {
        "id": rule.id,
        "trial": rule.trial,
        "check": rule.check.name,
        "severity": rule.severity.value,
        "mode": rule.mode.value,
        "parameters": {
            one.name: line.parameters.get(one.name, one.default)
            for one in rule.check.parameters
        },
        "when": line.when,
        "types": sorted(rule.types),
        "about": line.about,
        "why": line.why,
        "origins": {name: _origin(origin) for name, origin in _origins(rule) if origin},
    }


def _origins(rule: Rule) -> list[tuple[str, Origin | None]]:
    names = [name for name in FIELDS if name != "parameters"]
    names += [f"parameters.{one.name}" for one in rule.check.parameters]
    return [(name, rule.origins.get(name)) for name in names]


def _origin(origin: Origin) -> str:
    """`shipped: everywhere`, `stored: account A-7`."""
    return f"{origin.layer}: {origin.scope}"
