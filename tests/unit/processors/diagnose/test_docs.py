"""Every finding is in the docs with its severity's word, and in a test."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "diagnose.md").read_text(encoding="utf-8")
ROOM = sorted((ROOT / "processors" / "diagnose").glob("*.py"))
TESTS = "".join(
    path.read_text(encoding="utf-8")
    for path in Path(__file__).parent.glob("test_*.py")
    if path != Path(__file__)
)
_CODE = re.compile(r'"([a-z-]+\.[a-z0-9-]+)"')
_MADE = {
    *(f"failures.{o}" for o in ("refused", "throttled", "failed", "unreachable")),
    *(f"state.{s}" for s in ("paused", "disabled", "removing")),
}
CODES = _MADE | {
    code
    for path in ROOM
    for code in _CODE.findall(path.read_text(encoding="utf-8"))
    if code != "orderbus.test"
}


def test_the_walk_finds_codes() -> None:
    """All that there are."""
    assert len(CODES) > 70


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_is_documented_and_tested(code: str) -> None:
    """Made in a test, and explained on the page."""
    assert f"`{code}`" in PAGE
    family, _, name = code.partition(".")
    made = f'"{code}"' in TESTS or (code in _MADE and f'"{name}"' in TESTS)
    assert made, f"no test in {family}"


def test_nothing_else_is_documented() -> None:
    """A code that no longer exists leaves the page."""
    shown = set(re.findall(r"^\| (`[a-z0-9., `-]+) \|", PAGE, re.MULTILINE))
    named = {code for cell in shown for code in re.findall(r"`([a-z0-9.-]+)`", cell)}
    assert named <= CODES, named - CODES
