"""Commands as somebody would type them, held against the program; none is run."""

import shlex
from collections.abc import Sequence

import typer
from typer._click.exceptions import ClickException
from typer.core import TyperGroup

from processors.cli.lazy import command_of
from processors.cli.main import COMMANDS


def wrong_with(line: str) -> str:
    """Why the program would not take a line; empty if it would.

    What it prints may go through jq, with one word.
    """
    reader = shlex.shlex(line, posix=True, punctuation_chars="();<>|&`")
    reader.whitespace_split, reader.commenters = True, ""
    try:
        program, *words = list(reader)
    except ValueError as error:
        return str(error)
    if words[-3:-1] == ["|", "jq"]:
        del words[-3:]
    if loose := set(words) & {"(", ")", ";", "<", ">", "|", "&", "&&", "||", "`"}:
        return f"the shell would take {loose}"
    if program != "bus" or not words:
        return f"no command: {line}"
    return _wrong(words)


def _wrong(words: Sequence[str]) -> str:
    name, *rest = words
    if name not in COMMANDS:
        return f"there is no bus {name}"
    command = command_of("processors.cli", name)
    while isinstance(command, TyperGroup) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]  # type: ignore[assignment]
    if isinstance(command, TyperGroup) and not command.invoke_without_command:
        return f"of bus {name} there is no {' '.join(rest)}" if rest else ""
    try:
        command.make_context(name, rest, parent=typer.Context(command))
    except ClickException as error:
        return error.format_message()
    return ""
