"""Sentences beside a title, broken between words; what has no blank stays whole.

So does a command that people copy: in backticks, in brackets, behind a colon, or with a
line of its own. Where it is longer than the terminal that one wraps it, and joins it
again when it is copied.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from processors.screen.plain import plain

if TYPE_CHECKING:
    from rich.text import Text

_LEAST = 20
_FAR = 24
_JOINT = "\0"
"""Stands for a blank that is not broken at; `plain` lets none of these pass."""
_WHOLE = re.compile(
    r"`[^`]+`|\(bus [^()]+\)|(?<=: )(?:\S*/)?bus [a-z][^;]*|^ +(?:\S*/)?bus [a-z].*"
    r"|^ +curl .*"
)
_WORDS = re.compile(r"""(?:-\S+ (?!-))?(?:[^\s"']|"[^"]*"|'[^']*')+""")
"""An option stays beside what it is given."""
_GOES_ON = len(" \\")
_BESIDE = re.compile(r"\S.*? {2,}(?=\S)")


def titled(title: str, text: str, indent: int, width: int | None) -> Iterator[str]:
    """Yield the lines; without a width (no terminal) there is one."""
    said = plain(text)
    if width is None or width - indent < _LEAST:
        yield f"{title:{indent}}{said}"
        return
    lines = wrap(
        _held(said), width - indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
    for line in lines:
        yield f"{title:{indent}}{_let_go(line)}"
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
    lines = wrap(
        _held(said).lstrip(" " + _JOINT),
        width,
        initial_indent=first,
        subsequent_indent=" " * then,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from map(_let_go, lines or [""])


def _held(text: str) -> str:
    """The same with blanks that are not broken at in what is copied."""
    return _WHOLE.sub(lambda found: found[0].replace(" ", _JOINT), text)


def _let_go(line: str) -> str:
    return line.replace(_JOINT, " ")


def hanging(text: str, width: int) -> int:
    """How far in a line goes on: beneath what stands beside its title, if any does."""
    within = len(text) - len(text.lstrip())
    beside = _BESIDE.match(text, within)
    if beside is not None and beside.end() <= min(_FAR, width // 3):
        return beside.end()
    return within + 2


def command(words: str, within: int, width: int | None) -> Iterator[str]:
    """Yield a command to be copied, so far in; what does not fit goes below it."""
    if width is None:
        yield " " * within + words
        return
    line = " " * within
    for word in _WORDS.findall(words):
        if line.strip() and len(line) + len(word) > width - _GOES_ON:
            yield f"{line.rstrip()} \\"
            line = " " * (within + 2)
        line += f"{word} "
    yield line.rstrip()


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
