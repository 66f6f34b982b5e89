r"""Text from outside, made harmless for a terminal.

What can move the cursor, colour, rename a window, forge a line or turn the reading
direction is shown as what it is: `\x1b`, `\n`, `\u202e`. Nothing is left out.
"""

import re
from typing import Final

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ACTING = f"\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI}\ufeff\ufff9-\ufffb\ud800-\udfff"
_LINE = re.compile(f"[{_ACTING}]")
_LINES = re.compile(f"[{_ACTING}]".replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
_NAMED: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def plain(text: str) -> str:
    """Return a text as one line that does nothing but stand there."""
    return text if text.isprintable() else _LINE.sub(_shown, text)


def plain_lines(text: str) -> str:
    """Return a text likewise, its line ends and tabs kept."""
    return _LINES.sub(_shown, text)


def plain_json(text: str) -> str:
    """Return a JSON document that says the same, without anything that acts."""
    return _LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain_xml(text: str) -> str:
    """Return an XML document that says the same, without anything that acts."""
    return _LINES.sub(lambda found: f"&#x{ord(found[0]):x};", text)


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - a byte
