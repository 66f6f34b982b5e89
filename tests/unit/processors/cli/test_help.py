"""Every command explains itself, and what it says is true."""

import re
import shlex
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from processors.cli.helptext import flowing
from processors.cli.lazy import command_of
from processors.cli.main import COMMANDS as LISTED
from processors.cli.main import app


def below(path: tuple[str, ...] | list[str]):  # type: ignore[no-untyped-def]  # noqa: ANN201 - typer's own classes
    """The command that words lead to, and the words left over; None is the root."""
    if not path or path[0] not in LISTED:
        return None, list(path)
    command, rest = command_of("processors.cli", path[0]), list(path[1:])
    while rest and isinstance(command, TyperGroup) and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]  # type: ignore[assignment]
    return command, rest


def walk(path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """All commands and groups, as words."""
    yield path
    command, _ = below(path)
    names = getattr(command, "commands", ()) if path else LISTED
    for name in names:
        yield from walk((*path, name))


def found(words: tuple[str, ...] | list[str]):  # type: ignore[no-untyped-def]  # noqa: ANN201 - typer's own classes
    """The command that words lead to, and the words left over."""
    command, rest = below(words)
    return command or typer.main.get_command(app), rest


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


def test_the_list_says_what_the_commands_say() -> None:
    """`bus --help` lists them without importing one; each line is theirs, and whole."""
    shown = CliRunner().invoke(app, ["--help"], terminal_width=80).output
    for name, text in LISTED.items():
        command, _ = below((name,))
        assert command.help.startswith(text), name
        assert f"{name:13}  {text}\n" in shown


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
    assert not isinstance(command, TyperGroup) or command.invoke_without_command, line
    context = command.context_class(command, info_name="bus")
    parser = command.make_parser(context)
    _, extra, _ = parser.parse_args(rest)
    assert extra == [], line


def test_what_is_indented_keeps_its_lines() -> None:
    """A paragraph with examples is printed as it stands; others are wrapped."""
    text = """One
    two.

    Three
    four:
      bus five
      bus six
    """
    marked = "One\ntwo.\n\n\b\nThree\nfour:\n  bus five\n  bus six"
    assert flowing(text) == marked
    assert flowing(marked) == marked


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal_and_speaks_to_users(path: tuple[str, ...]) -> None:
    """Nothing is cut off, examples fit 80 columns, values are no Python types."""
    # What is left of 80 columns on a real terminal.
    done = CliRunner().invoke(app, [*path, "--help"], terminal_width=78)
    for line in done.output.splitlines()[1:]:
        assert not line.endswith("..."), line
        assert len(line) <= 80 or "|" in line, line
        assert not re.search(r"[<\[]\b(str|int|float|list|path)\b", line), line


@pytest.mark.parametrize(
    "words", ["run fanot", "dlq list --state lost", "subscriptions add a b --rate x"]
)
def test_refused_values_are_refused_plainly(words: str) -> None:
    """The message is ours, without the words of a library."""
    done = CliRunner().invoke(app, shlex.split(words), terminal_width=80)
    assert done.exit_code == 2
    assert "Invalid value for" in done.output
    assert "Value error" not in done.output


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_h_is_help(path: tuple[str, ...]) -> None:
    """`-h` is asked for as often as `--help`, and answers the same."""
    short = CliRunner().invoke(app, [*path, "-h"], terminal_width=80)
    assert short.exit_code == 0
    assert short.output == CliRunner().invoke(app, [*path, "--help"]).output


@pytest.mark.parametrize("words", ["dev --data-dir d", "dlq list --registry-url u"])
def test_where_an_option_of_bus_itself_belongs(words: str) -> None:
    """Typed behind the command it is refused, and the message says where it goes."""
    done = CliRunner().invoke(app, shlex.split(words), terminal_width=80)
    assert done.exit_code == 2
    command, option, _ = re.split(r" (?=--)| (?=\w$)", words)
    assert f"{option} … {command}" in done.output
