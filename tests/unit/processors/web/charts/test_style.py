"""The style sheet of the pictures."""

import re
from pathlib import Path

import processors.web
from processors.web import charts

ROOM = Path(processors.web.__file__).parent
CSS = (ROOM / "static" / "charts.css").read_text(encoding="utf-8")
CLASS = re.compile(r"\bc-[a-z0-9]+(?:-[a-z]+)?\b")


def test_every_class_has_its_rule_and_every_rule_its_class() -> None:
    """What the pictures' files name and what the sheet has is the same."""
    ruled = set(re.findall(r"\.(c-[a-z0-9-]+)", CSS))
    files = (ROOM / "charts").glob("*.py")
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    used = set(re.findall(r"\bc-[a-z0-9-]*\{?", code))
    prefixes = tuple(name[:-1] for name in used if name.endswith("{"))
    named = {name for name in used if not name.endswith(("{", "-"))}
    assert named <= ruled
    assert {name for name in ruled if not name.startswith(prefixes)} <= named


def test_the_sheet_is_small() -> None:
    """Fifty lines of the budget of the whole dashboard."""
    assert len(CSS.splitlines()) <= 50


def test_what_pages_may_use_is_in_the_docstring() -> None:
    """A builder of pages reads one list."""
    assert charts.__doc__
    for name in charts.__all__:
        assert re.search(rf"\b{name}\b", charts.__doc__), name
