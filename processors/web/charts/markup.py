"""Elements as text: everything escaped, and nothing that a strict CSP refuses.

There are no `style` attributes, no scripts, and no ids, so that a page may hold any
number of pictures, each twice, without two things of one name.
"""

import re
from functools import cache
from typing import TypeAlias

Value: TypeAlias = str | float | None

# What XML 1.0 forbids, and marks that would turn the direction of other people's text.
_UNFIT = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
_HARMLESS = re.compile("[-A-Za-z0-9 .,:;/%+_#()]*")
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
)


def escaped(text: str) -> str:
    """Return text that is only text, within elements and quoted attributes."""
    if _HARMLESS.fullmatch(text):  # nearly all of what is drawn
        return text
    return _UNFIT.sub("\ufffd", text).translate(_ENTITIES)


def number(value: float) -> str:
    """Return a coordinate with one decimal at most: a tenth of a pixel is plenty."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


@cache
def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def tag(name: str, *inside: str, **attributes: Value) -> str:
    """Return `<name attributes>inside</name>`.

    `inside` is markup already. Underscores in names of attributes become hyphens, one
    at the end (`class_`) goes; an attribute that is None is left out.
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None:
            continue
        said = escaped(value) if isinstance(value, str) else number(value)
        parts.append(f' {_attribute(key)}="{said}"')
    return f"{''.join(parts)}>{''.join(inside)}</{name}>"


def label(text: str, x: float, y: float, **attributes: Value) -> str:
    """Return a line of text in a picture; its baseline is at `y`."""
    return tag("text", escaped(text), x=x, y=y, **attributes)


def shortened(text: str, most: int) -> str:
    """Return at most so many characters, the last one `…` where some are missing."""
    return text if len(text) <= most else f"{text[: max(1, most - 1)]}…"


def wide(text: str) -> float:
    """Return about how wide a line of text is, in units of a picture, never less."""
    return sum(13.0 if ord(letter) > 0x2E7F else 7.0 for letter in text)  # noqa: PLR2004 - from here on letters are as wide as high
