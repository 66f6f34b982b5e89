"""The page about dead letters says what there is."""

import re
from pathlib import Path

from bus.delivery.delivery import Reason
from processors.cli.dlq import app

PAGE = (Path(__file__).parents[4] / "docs" / "dead-letters.md").read_text()


def test_every_reason_is_explained() -> None:
    """And none that there is not."""
    table = PAGE.partition("| reason |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(Reason)


def test_every_command_is_listed() -> None:
    """And none that there is not."""
    table = PAGE.partition("| command |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`bus dlq ([a-z]+)", table))
    assert named == {command.name for command in app.registered_commands}
