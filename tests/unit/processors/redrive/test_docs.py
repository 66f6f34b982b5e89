"""The pages about dead letters and quarantine say what there is."""

import re
from pathlib import Path

from bus.delivery.delivery import Reason
from bus.delivery.quarantine import CODES
from processors.cli.dlq import app
from processors.cli.quarantine import app as quarantine

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


QUARANTINE = (Path(__file__).parents[4] / "docs" / "quarantine.md").read_text()


def test_every_meaning_is_explained() -> None:
    """And none that there is not, in the same order."""
    table = QUARANTINE.partition("| reason |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == CODES


def test_every_quarantine_command_is_listed() -> None:
    """And none that there is not."""
    table = QUARANTINE.partition("| command |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`bus quarantine ([a-z]+)", table))
    assert named == {command.name for command in quarantine.registered_commands}
