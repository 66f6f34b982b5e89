"""What `docs/alerts.md` and the runbook say of the rules is so."""

import re
from pathlib import Path

import pytest

from bus.watch.rule import Rule
from bus.watch.rules import RULES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")
SECTIONS = {
    title.lower().replace(" ", "-")
    for title in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
}


def after(rule: Rule) -> str:
    """How long it has to be so, as the page says it."""
    if not rule.for_s:
        return "at once"
    return f"{rule.for_s:g} s" if rule.for_s < 120 else f"{rule.for_s / 60:g} min"


def test_the_page_has_every_rule_as_it_is() -> None:
    """No more and no fewer, in their order."""
    rows = re.findall(r"^\| \[`.*$", PAGE, re.MULTILINE)
    assert rows == [
        f"| [`{rule.name}`](../deploy/runbook.md#{rule.runbook}) | {rule.severity}"
        f" | {rule.state} | {after(rule)} | {rule.meaning} |"
        for rule in RULES
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_runbook_says_what_to_do(rule: Rule) -> None:
    """Each rule has a section there."""
    assert rule.runbook in SECTIONS
