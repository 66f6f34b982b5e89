"""Sentences beside a title, broken between words; what has no blank stays whole."""

import os
import shutil
import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from processors.screen.plain import plain

if TYPE_CHECKING:
    from rich.text import Text

_LEAST = 20


def titled(title: str, text: str, indent: int, width: int | None) -> Iterator[str]:
    """Yield the lines; without a width (no terminal) there is one."""
    said = plain(text)
    if width is None or width - indent < _LEAST:
        yield f"{title:{indent}}{said}"
        return
    lines = wrap(
        said, width - indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
    for line in lines:
        yield f"{title:{indent}}{line}"
        title = ""


def laid(text: str, then: int, width: int | None) -> Iterator[str]:
    """Yield a line broken between words, what follows that far in; None: one line.

    Blanks before the first word stay.
    """
    said = plain(text)
    if width is None:
        yield said
        return
    first = " " * (len(said) - len(said.lstrip()))
    yield from wrap(
        said.lstrip(),
        width,
        initial_indent=first,
        subsequent_indent=" " * then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def laid_text(text: "Text", then: int, width: int | None) -> Iterator["Text"]:
    """`laid` of a text that has colours."""
    from rich.text import Text  # noqa: PLC0415 - most that is laid out has none

    at = 0
    for number, line in enumerate(laid(text.plain, then, width)):
        part = line.lstrip() if number else line
        start = text.plain.find(part, at)
        if start < 0:  # not as it stands there: what no terminal is shown
            yield Text(line)
            continue
        at = start + len(part)
        yield Text(" " * then if number else "") + text[start:at]


def width_of_output() -> int | None:
    """How wide the terminal is that standard output goes to; None: to none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def width_of_errors() -> int | None:
    """Likewise of the terminal that standard error goes to."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or None
    except (OSError, ValueError):  # no terminal, or no file at all
        return None
