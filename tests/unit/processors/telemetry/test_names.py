"""Names: one place, one document, and nothing else in use."""

import ast
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from processors.telemetry import names

ROOT = Path(__file__).parents[4]
DOC = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")


def _section(title: str) -> list[str]:
    text = DOC.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table is not None
    return table.group().splitlines()[2:]


def test_document_lists_the_log_lines() -> None:
    """`docs/observability.md` has every log line, its level and meaning; no other."""
    assert _section("Log lines") == [
        f"| `{name}` | {note.level} | {note.meaning} |"
        for name, note in names.NOTES.items()
    ]


def test_document_lists_the_metrics() -> None:
    """`docs/observability.md` has every metric with kind, labels, meaning; no other."""
    assert _section("Metrics") == [
        f"| `{name}` | {metric.kind} | {', '.join(metric.labels)} | {metric.meaning} |"
        for name, metric in names.METRICS.items()
    ]


def test_document_lists_the_spans() -> None:
    """`docs/observability.md` has every span and its meaning; no other."""
    assert _section("Traces") == [
        f"| `{name}` | {meaning} |" for name, meaning in names.SPANS.items()
    ]


def test_no_label_can_hold_an_order() -> None:
    """Labels are few-valued: nothing of an order or event is ever one."""
    labels = {label for metric in names.METRICS.values() for label in metric.labels}
    assert not labels & {"order_id", "event_id", "key", "offset", "host", "url"}


@cache
def _nodes() -> Sequence[tuple[ast.AST, str]]:
    """All that the programs' code is made of, with where that is."""
    return [
        (node, f"{path.name}:{getattr(node, 'lineno', 0)}")
        for path in sorted((ROOT / "processors").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("method", ["note", "measure", "gauge"])
def test_programs_use_these_names(method: str) -> None:
    """Programs report under the names of the table, never under a text."""
    texts = [
        (ast.unparse(node.args[0]), where)
        for node, where in _nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert not texts


def test_no_name_is_left_over() -> None:
    """Every log line and metric of the table is reported somewhere."""
    used = {ast.unparse(n) for n, _ in _nodes() if isinstance(n, ast.Attribute)}
    left_over = [
        constant
        for constant, name in vars(names).items()
        if isinstance(name, str)
        and (name in names.NOTES or name in names.METRICS)
        and f"names.{constant}" not in used
    ]
    assert not left_over
