"""Texts of strangers, as every database takes them."""

import re

MOST_CHARS = 10_000
"""What is kept of one text."""

_CUT = "…"
# PostgreSQL takes no NUL in a text; half of a surrogate pair is no UTF-8 anywhere.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Return a text as the log keeps it; most are kept as they are.

    NUL becomes its symbol, half of a surrogate pair the replacement character, and
    what is longer than `MOST_CHARS` is cut. Questions go through here, too, so that
    they find what was changed.
    """
    if len(text) > MOST_CHARS:
        text = text[: MOST_CHARS - 1] + _CUT
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(lambda found: "␀" if found[0] == "\0" else "�", text)
