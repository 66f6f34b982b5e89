"""Sentences beside a title, broken between words; what has no blank stays whole."""

from collections.abc import Iterator
from textwrap import wrap

from processors.screen.plain import plain

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
