"""docs/rules.md says all checks, parameters, codes, keys and words there are."""

import pytest

from bus.intake.findings import Severity
from bus.intake.rules.checks import CHECKS
from bus.intake.rules.judging import OWN_CODES
from bus.intake.rules.lines import FIELDS
from bus.intake.rules.modes import Mode
from tests.support.documented import ROOT

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_every_check_is_on_the_page(check: object) -> None:
    """With what it does and each parameter; its codes, with their meanings."""
    found = CHECKS[check.name]  # type: ignore[attr-defined]  # a check
    row = next(
        line for line in PAGE.splitlines() if line.startswith(f"| `{found.name}` | ")
    )
    assert found.about in row
    for one in found.parameters:
        assert f"`{one.name}` ({one.kind.value}; " in row
        assert one.about in row
    for code, meaning in found.codes.items():
        if found.name != "noticed":
            assert f"| `{code}` | `{found.name}` | {meaning} |" in PAGE


def test_every_key_and_word_is_on_the_page() -> None:
    """Nothing can be written that is not explained."""
    words = (*FIELDS, *(one.value for one in (*Severity, *Mode)), *OWN_CODES)
    for word in words:
        assert f"`{word}`" in PAGE, word
