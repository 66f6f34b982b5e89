"""Makes the docstrings of commands into help texts that flow.

Typer prints each line break of a docstring as it stands. Here the lines of a
paragraph are joined, and what is indented under it (examples) stays as it is.
"""

from collections.abc import Iterator
from inspect import cleandoc

import typer
from typer.models import CommandInfo

_ANCHOR = "\u200b"
"""A line that looks empty and counts as text without indentation."""


def tidy(app: typer.Typer) -> None:
    """Give every command of an app, at any depth, its docstring as flowing help."""
    for command in _commands(app):
        text = command.help or getattr(command.callback, "__doc__", None)
        if text:
            command.help = _anchored(flowing(text))


def flowing(text: str) -> str:
    """Join the lines of each paragraph but those that are indented."""
    return "\n\n".join(map(_joined, cleandoc(text).split("\n\n")))


def _joined(paragraph: str) -> str:
    lines: list[str] = []
    for line in paragraph.split("\n"):
        if not lines or line.startswith(" ") or lines[-1].startswith(" "):
            lines.append(line)
        else:
            lines[-1] += f" {line}"
    return "\n".join(lines)


def _anchored(text: str) -> str:
    """Keep Typer from dedenting examples that follow the first paragraph at once."""
    _, _, rest = text.partition("\n\n")
    flush = [line for line in rest.split("\n")[1:] if not line.startswith(" ")]
    return text if not rest or any(flush) else f"{text}\n{_ANCHOR}"


def _commands(app: typer.Typer) -> Iterator[CommandInfo]:
    yield from app.registered_commands
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance)
