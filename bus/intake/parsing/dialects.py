"""How the files of one source are written, where that is not as its channel has it.

Settings say so: `csv_delimiter`, `csv_quote`, `csv_encoding`, `csv_skip`, `csv_head`
(names, for files without a line of them) and `csv_columns`, what the channel's columns
are called there: `Order No=Bestellnr; Date=Datum`. A setting that a channel does not
declare is refused, so its sources have none of these.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from bus.intake.parsing.csvtree import Dialect

DELIMITER, QUOTE, ENCODING = "csv_delimiter", "csv_quote", "csv_encoding"
SKIP, HEAD, COLUMNS = "csv_skip", "csv_head", "csv_columns"
DATES = "csv_dates"
"""How days are written; the mapping reads it (`dated`)."""
_SIGNS = {"tab": "\t", "space": " ", "semicolon": ";", "comma": ",", "pipe": "|"}
_PAIRS = re.compile(r"[;\n]")
_OF_TEXT = re.compile(
    r"ascii|utf-8-sig|utf-(8|16|32)(-[lb]e)?|iso8859-\d+|cp\d+|mac-[a-z]+|koi8-[a-z]"
    r"|shift_jis\w*|euc_\w+|gb\w+|big5\w*"
)
"""Python has others that are no encodings of text, or that never refuse a byte."""
_MOST_SKIPPED = 1_000


def settled(channel: Dialect, settings: Mapping[str, str]) -> Dialect:
    """The dialect of a source with these settings.

    Raises:
        ValueError: one cannot be so; says which, and what is expected.
    """
    found = channel
    if text := settings.get(DELIMITER, ""):
        found = replace(found, delimiter=_sign(DELIMITER, text))
    if text := settings.get(QUOTE, ""):
        found = replace(found, quote=_sign(QUOTE, text))
    if found.delimiter == found.quote:
        raise ValueError(f"{QUOTE} is {found.quote!r}, which is the delimiter")
    if text := settings.get(ENCODING, "").strip():
        found = replace(found, encoding=_encoding(text))
    if text := settings.get(SKIP, "").strip():
        found = replace(found, skip=_number(text))
    if text := settings.get(HEAD, ""):
        names = tuple(one.strip() for one in _PAIRS.split(text))
        found = replace(found, columns=_once(HEAD, names))
    if text := settings.get(COLUMNS, ""):
        found = replace(found, called=_pairs(text))
    return found


def why_not(
    channel: Dialect, settings: Mapping[str, str], read: frozenset[str]
) -> tuple[str, str] | None:
    """The setting that a source may not have, and why; None: all is well.

    `read` are the columns that the channel's mapping reads.
    """
    try:
        found = settled(channel, settings)
    except ValueError as error:
        text = str(error)
        return text.partition(" ")[0], text
    known = sorted(read | ({channel.group} if channel.group else set()))
    for own in found.called.values():
        if own not in known:
            near = get_close_matches(own, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has: {_some(known)}"
            return COLUMNS, f"the channel reads no column {own!r}; {hint}"
    return None


def _some(names: list[str]) -> str:
    most = 20
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _sign(name: str, text: str) -> str:
    sign = _SIGNS.get(text.strip().lower(), text)
    if len(sign) != 1 or sign in "\r\n\0":
        words = ", ".join(_SIGNS)
        raise ValueError(f"{name} is one character, or {words}; not {text!r}")
    return sign


def _encoding(text: str) -> str:
    """An encoding of text, by the name that Python has for it."""
    try:
        name = codecs.lookup(text).name
    except (LookupError, ValueError):  # a NUL in it, for instance
        name = ""
    if not _OF_TEXT.fullmatch(name):
        raise ValueError(
            f"{ENCODING} is utf-8, utf-16, cp1252, iso-8859-15 or another encoding of"
            f" text; not {text!r}"
        )
    return name


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST_SKIPPED:
        most = f"0 to {_MOST_SKIPPED:,}"
        raise ValueError(f"{SKIP} is a number of lines, {most}; not {text!r}")
    return int(text)


def _pairs(text: str) -> Mapping[str, str]:
    """What a column is called in the file, to what the channel calls it."""
    found: dict[str, str] = {}
    owns: list[str] = []
    for part in filter(str.strip, _PAIRS.split(text)):
        own, sign, called = (one.strip() for one in part.partition("="))
        if not (own and sign and called):
            raise ValueError(
                f"{COLUMNS} has {part.strip()!r}; expected pairs"
                " NAME=NAME IN THE FILE, with a semicolon between"
            )
        if called in found:
            raise ValueError(f"{COLUMNS} has {called!r} twice")
        found[called] = own
        owns.append(own)
    _once(COLUMNS, tuple(owns))
    return found


def _once(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    twice = {one for one in names if one and names.count(one) > 1}
    if twice:
        raise ValueError(f"{name} has {min(twice)!r} twice")
    return names
