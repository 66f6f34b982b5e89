"""Every command that a page shows exists, with the options it is shown with."""

import re

import pytest
import typer
from typer.core import TyperGroup

from processors.cli.lazy import command_of
from processors.cli.main import COMMANDS
from tests.support.documented import ROOT, Shown, shown

ALL = shown()
TARGETS = set(
    re.findall(
        r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
)


def of(program: str) -> list[Shown]:
    """The commands that begin with a word."""
    return [one for one in ALL if one.words[0] == program]


def test_the_walk_finds_commands() -> None:
    """Of the README's blocks, of sentences, of tables and of the runbook."""
    texts = {(one.page, one.text) for one in ALL}
    assert ("README.md", "bus events send order.created --order SO-1000") in texts
    assert ("README.md", "bus topics apply") in texts
    assert any(page == "deploy/runbook.md" for page, _ in texts)
    assert len(of("bus")) > 30


@pytest.mark.parametrize("one", of("bus"), ids=lambda one: f"{one.page}: {one.text}")
def test_a_bus_command_exists(one: Shown) -> None:
    """Its words lead to a command, and its options and arguments are taken."""
    _, name, *rest = one.words
    assert name in COMMANDS, one
    command = command_of("processors.cli", name)
    while isinstance(command, TyperGroup) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]  # type: ignore[assignment]
    if isinstance(command, TyperGroup) and not command.invoke_without_command:
        assert not rest, one
        return
    context = command.context_class(command, info_name="bus", resilient_parsing=True)
    _, extra, _ = command.make_parser(typer.Context(command)).parse_args(rest)
    assert context
    assert extra == [], one


@pytest.mark.parametrize("one", of("make"), ids=lambda one: f"{one.page}: {one.text}")
def test_a_make_target_exists(one: Shown) -> None:
    """`make` knows it."""
    assert one.words[1] in TARGETS, one
