"""The page about subscriptions says what there is."""

import re
from pathlib import Path

from processors.cli.subscriptions import app
from processors.subscriptions.document import WRITTEN, read_drafts

PAGE = (Path(__file__).parents[4] / "docs" / "subscriptions.md").read_text()


def test_every_field_is_explained() -> None:
    """Its table has all fields that may be written, and no other."""
    table = PAGE.partition("| field |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == list(WRITTEN)


def test_every_command_is_listed() -> None:
    """And none that there is not."""
    table = PAGE.partition("| command |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`bus subscriptions ([a-z-]+)", table))
    named |= set(re.findall(r", `([a-z-]+) ID`", table))
    assert named == {command.name for command in app.registered_commands}


def test_its_example_can_be_applied(tmp_path: Path) -> None:
    """The YAML on the page is a valid file."""
    (tmp_path / "erp-token.txt").write_text("Bearer x")
    text = PAGE.partition("```yaml\n")[2].partition("```")[0]
    assert [d.subscription.id for d in read_drafts(text, tmp_path)] == ["acme", "erp"]
