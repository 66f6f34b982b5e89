"""Lines of text for a person, outside of a console; costs no import of rich."""

import sys

import typer

from processors.screen.plain import plain_lines


def say(text: str, *, fg: str | None = None, err: bool = False) -> None:
    """Print lines of text outside of a console, made harmless.

    On standard error, where sentences go, a terminal gets them broken between words.
    """
    if err and sys.stderr.isatty():
        text = _broken(text)
    typer.secho(plain_lines(text), fg=fg, err=err)


def _broken(text: str) -> str:
    # Only terminals need it, and textwrap costs as much as all else here.
    from processors.screen.prose import laid, width_of_errors  # noqa: PLC0415

    width = width_of_errors()
    broken: list[str] = []
    for line in text.split("\n"):
        within = len(line) - len(line.lstrip(" "))
        broken += laid(line, within + 2, width) if line.strip() else [line]
    return "\n".join(broken)
