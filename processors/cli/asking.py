"""Asking before something is done that cannot be undone."""

import sys

import typer

from bus.errors import ConfigurationError
from processors.cli.control import FAILED


def ask(question: str, *, yes: bool) -> None:
    """Return if the answer is yes, or was given beforehand; else end the command.

    Raises:
        ConfigurationError: nobody can be asked.
    """
    if yes:
        return
    if not _is_interactive():
        raise ConfigurationError(f"{question} Say --yes, as nobody can be asked here")
    if not typer.confirm(question, err=True):
        raise typer.Exit(FAILED)


def _is_interactive() -> bool:
    return sys.stdin.isatty()
