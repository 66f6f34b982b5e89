"""Makes the docstrings of commands into help texts that flow.

A paragraph that is all text is wrapped to the terminal's width. One that holds
indented lines (examples) is printed as it stands.
"""

from collections.abc import Iterator
from inspect import cleandoc

import typer
from typer.models import CommandInfo

_AS_IT_STANDS = "\b"
"""The mark, alone on a paragraph's first line, that Typer's formatter leaves it."""


def tidy(app: typer.Typer) -> None:
    """Give every command of an app, at any depth, its docstring as help."""
    for command in _commands(app):
        text = command.help or getattr(command.callback, "__doc__", None)
        if text:
            command.help = flowing(text)
    whole = app.registered_callback  # a group that is a command, too
    if whole is not None and whole.invoke_without_command is True:
        whole.help = flowing(getattr(whole.callback, "__doc__", None) or "")


def flowing(text: str) -> str:
    """Mark each paragraph that has indented lines as one to be left as it is."""
    return "\n\n".join(map(_marked, cleandoc(text).split("\n\n")))


def first_sentence(text: str) -> str:
    """What a list of commands says of one."""
    return f"{' '.join(text.split()).split('. ')[0].rstrip('.')}."


def kind_of_value(shown: str) -> str:
    """An option's value in a user's words, of the Python type that Typer shows."""
    inner = shown.strip("<>").removeprefix("list[").removesuffix("]")
    return _KINDS.get(inner.removesuffix(" range"), inner)


_KINDS = {"str": "TEXT", "int": "N", "float": "NUMBER", "path": "FILE", "Path": "FILE"}


def _marked(paragraph: str) -> str:
    lines = paragraph.split("\n")
    if lines[0] != _AS_IT_STANDS and any(line.startswith(" ") for line in lines):
        lines.insert(0, _AS_IT_STANDS)
    return "\n".join(lines)


def _commands(app: typer.Typer) -> Iterator[CommandInfo]:
    yield from app.registered_commands
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance)
