"""Each command goes over the HTTP API, or the docs say why it does not."""

import re
from pathlib import Path

from processors.cli.over_api.table import COMMANDS
from tests.unit.processors.cli.test_help import COMMANDS as PATHS
from tests.unit.processors.cli.test_help import below

DOCS = Path(__file__).parents[4] / "docs" / "api.md"
_ROW = re.compile(r"^\| (`bus [^|]*`) \| ", re.MULTILINE)


def commands() -> set[str]:
    """All that can be run, by their words."""
    return {
        " ".join(path)
        for path in PATHS
        if path and not getattr(below(path)[0], "commands", ())
    }


def excused() -> set[str]:
    """What the table in the docs names; a group stands for all in it."""
    rows = _ROW.findall(DOCS.read_text(encoding="utf-8"))
    return {name for row in rows for name in re.findall("`bus ([^`]+)`", row)}


def test_each_goes_over_the_api_or_is_excused() -> None:
    """Nobody adds one and forgets to say so, and none is excused that goes."""
    named = excused()
    told = {
        name
        for name in commands()
        if any(f"{name} ".startswith(f"{one} ") for one in named)
    }
    assert told == commands() - set(COMMANDS)
    used = {one for one in named if any(f"{n} ".startswith(f"{one} ") for n in told)}
    assert used == named
