"""Lines of text for a person, outside of a console; costs no import of rich."""

import typer

from processors.screen.plain import plain_lines


def say(text: str, *, fg: str | None = None, err: bool = False) -> None:
    """Print lines of text outside of a console, made harmless."""
    typer.secho(plain_lines(text), fg=fg, err=err)
