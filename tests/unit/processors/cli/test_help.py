"""Every command explains itself, and what it says is true."""

import re
import shlex
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from processors.cli.helptext import flowing
from processors.cli.main import app

ROOT = typer.main.get_command(app)


def walk(path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """All commands and groups, as words."""
    yield path
    command, _ = found(path)
    if isinstance(command, TyperGroup):
        for name in command.commands:
            yield from walk((*path, name))


def found(words: tuple[str, ...] | list[str]):  # type: ignore[no-untyped-def]  # noqa: ANN201 - typer's own classes
    """The command that words lead to, and the words left over."""
    command, rest = ROOT, list(words)
    while rest and isinstance(command, TyperGroup) and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


COMMANDS = sorted(walk())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_printed_well(path: tuple[str, ...]) -> None:
    """A sentence first; no control characters, no literal ones, no code."""
    done = CliRunner().invoke(app, [*path, "--help"], terminal_width=100)
    assert done.exit_code == 0
    for bad in ("\\b", "\b", ":param", "Raises:", "Args:"):
        assert bad not in done.output
    command, _ = found(path)
    assert command.help, path
    first = command.help.split("\n\n")[0]
    assert first.rstrip().endswith("."), first


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_examples_are_indented(path: tuple[str, ...]) -> None:
    """They stand out from the text, whatever comes before them."""
    done = CliRunner().invoke(app, [*path, "--help"], terminal_width=100)
    lines = done.output.splitlines()
    for at, line in enumerate(lines):
        if line.strip() == "For example:":
            assert lines[at + 1].startswith("   "), path


def examples() -> Iterator[tuple[str, list[str]]]:
    """Each line of a help text that shows a command, as words."""
    for path in COMMANDS:
        command, _ = found(path)
        for line in (command.help or "").splitlines():
            shown = re.split(r"\s{2,}", line.strip())[0]
            if line.startswith("  ") and "bus " in shown:
                words = shlex.split(shown, comments=True)
                words = words[words.index("bus") + 1 :]
                for end in ("|", ">", "&&"):
                    words = words[: words.index(end)] if end in words else words
                yield line.strip(), [w for w in words if not w.startswith("<")]


@pytest.mark.parametrize(("line", "words"), list(examples()))
def test_examples_are_true(line: str, words: list[str]) -> None:
    """Every command, option and number of arguments in an example exists."""
    command, rest = found(words)
    assert not isinstance(command, TyperGroup), line
    context = command.context_class(command, info_name="bus")
    parser = command.make_parser(context)
    _, extra, _ = parser.parse_args(rest)
    assert extra == [], line


def test_lines_of_a_paragraph_are_joined() -> None:
    """What is indented keeps its lines, and so does what follows it."""
    text = """One
    two.

    Three
    four:
      bus five
      bus six
    """
    assert flowing(text) == "One two.\n\nThree four:\n  bus five\n  bus six"
