"""Lines of text for a person, outside of a console; costs no import of rich."""

import sys

import typer

from processors.screen.plain import plain_lines


def say(text: str, *, fg: str | None = None, err: bool = False) -> None:
    """Print sentences outside of a console, made harmless.

    A terminal gets them broken between words.
    """
    if (sys.stderr if err else sys.stdout).isatty():
        text = broken(text, err=err)
    # Named, it goes above a bar that is drawn there; looked up by click, into its line.
    typer.secho(plain_lines(text), fg=fg, file=sys.stderr if err else None)


def broken(text: str, *, err: bool) -> str:
    """The same for the terminal that one of the streams goes to."""
    # Only terminals need it, and textwrap costs as much as all else here.
    from processors.screen.prose import (  # noqa: PLC0415
        hanging,
        laid,
        width_of_errors,
        width_of_output,
    )

    width = width_of_errors() if err else width_of_output()
    lines: list[str] = []
    for line in text.split("\n"):
        then = hanging(line, width or 0)
        lines += laid(line, then, width) if line.strip() else [line]
    return "\n".join(lines)
