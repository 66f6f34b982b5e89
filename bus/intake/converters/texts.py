"""Converters that make text, words of a table, and yes or no."""

import re
from decimal import Decimal

from bus.intake.converters.codes import COUNTRIES, COUNTRIES_BY_THREE, CURRENCIES
from bus.intake.converters.kinds import Converter, Given, Kind, Unreadable, has_value
from bus.intake.parsing.paths import plain_text
from bus.intake.parsing.tree import Tree

_YES = frozenset({"true", "yes", "y", "1", "on"})
_NO = frozenset({"false", "no", "n", "0", "off"})


def as_text(value: Tree) -> str:
    """A scalar as text, without space around it; what holds others is unreadable.

    An object with text of its own (an XML element with attributes) is that text.
    """
    if isinstance(value, dict) and "#text" in value:
        value = value["#text"]
    text = plain_text(value)
    if text is None:
        raise Unreadable("a single value is expected, not one that holds others")
    return text.strip()


def _text(value: Tree, _: Given) -> Tree:
    """Text as it stands, without space around it; all digits of a number."""
    return as_text(value)


def _upper(value: Tree, _: Given) -> Tree:
    """Capital letters."""
    return as_text(value).upper()


def _lower(value: Tree, _: Given) -> Tree:
    """Small letters."""
    return as_text(value).lower()


def _prefix(value: Tree, given: Given) -> Tree:
    """Text with another in front."""
    return given.word(0) + as_text(value)


def _suffix(value: Tree, given: Given) -> Tree:
    """Text with another behind."""
    return as_text(value) + given.word(0)


def _part(value: Tree, given: Given) -> Tree:
    """One part of a text: `part(=-, =2)` is the second of those with `-` between."""
    parts = as_text(value).split(given.word(0))
    number = given.word(1, "1")
    index = int(number) - 1 if number.isdecimal() else 0
    return parts[index].strip() if index < len(parts) else None


def _cut(value: Tree, given: Given) -> Tree:
    """Characters of a text by place, the first is 1: `cut(=1, =3)` has three."""
    first, last = given.word(0, "1"), given.word(1, "1000000")
    if not (first.isdecimal() and last.isdecimal()):
        raise Unreadable("cut wants two numbers")
    return as_text(value)[max(int(first) - 1, 0) : int(last)].strip() or None


def _lookup(value: Tree, given: Given) -> Tree:
    """The word that a table of the channel has for it.

    `*` in the table is for all others, `*` as its word leaves them as they are; without
    it a word that is not there is a finding.
    """
    return _looked_up(value, given, "unknown_word")


def _unit(value: Tree, given: Given) -> Tree:
    """The unit of UN/ECE Recommendation 20 that a table of the channel has for it."""
    return _looked_up(value, given, "unknown_unit")


def _looked_up(value: Tree, given: Given, code: str) -> Tree:
    word, name = as_text(value), given.word(0)
    table = given.tables[name]
    found = table.get(word)
    if found is None:
        found = table.get(word.lower(), table.get("*"))
    if found is None:
        raise Unreadable(f"{word[:60]!r} is not in the table {name}", code)
    return word if found == "*" else found


def _choose(value: Tree, given: Given) -> Tree:
    """One of two words: `choose(=gross, =net)` is the first for yes."""
    return given.word(0 if _boolean(value, given) else 1) or None


def _boolean(value: Tree, _: Given) -> Tree:
    """Yes or no: true, yes, y, 1, on and their opposites, in any case."""
    if isinstance(value, bool):
        return value
    word = as_text(value).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable("neither yes nor no")


def _present(value: Tree, _: Given) -> Tree:
    """Whether there is a value at all."""
    return has_value(value)


def _equals(value: Tree, given: Given) -> Tree:
    """Whether it is one of these words: `is(=T, =test)`."""
    return as_text(value) in [given.word(n) for n in range(len(given.arguments))]


def _country(value: Tree, _: Given) -> Tree:
    """A country's ISO 3166-1 code of two letters, from that of two or three."""
    code = as_text(value).upper()
    code = COUNTRIES_BY_THREE.get(code, code)
    if code not in COUNTRIES:
        raise Unreadable("no country of ISO 3166-1", "unknown_country")
    return code


def _currency(value: Tree, _: Given) -> Tree:
    """A currency's ISO 4217 code, in capitals."""
    code = as_text(value).upper()
    if code not in CURRENCIES:
        raise Unreadable("no currency of ISO 4217", "unknown_currency")
    return code


def _phone(value: Tree, _: Given) -> Tree:
    """A telephone number: in E.164 form if it begins with + or 00, else as it is."""
    text = as_text(value)
    digits = re.sub(r"[\s./()\-\u00a0]", "", text)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    return digits if re.fullmatch(r"\+[1-9][0-9]{5,14}", digits) else text


def _id(value: Tree, given: Given) -> Tree:
    """An id as text, with all digits of a number of any length."""
    if isinstance(value, Decimal) and value != value.to_integral_value():
        given.notes.note("unreadable", "an id has a fraction", value)
    return as_text(value)


TEXTS = (
    Converter("text", _text, Kind.TEXT),
    Converter("id", _id, Kind.TEXT),
    Converter("upper", _upper, Kind.TEXT),
    Converter("lower", _lower, Kind.TEXT),
    Converter("prefix", _prefix, Kind.TEXT, ("text",)),
    Converter("suffix", _suffix, Kind.TEXT, ("text",)),
    Converter("part", _part, Kind.TEXT, ("separator", "number")),
    Converter("cut", _cut, Kind.TEXT, ("first", "last?")),
    Converter("lookup", _lookup, Kind.TEXT, ("table",), table=True),
    Converter("unit", _unit, Kind.TEXT, ("table",), table=True),
    Converter("choose", _choose, Kind.TEXT, ("yes", "no?")),
    Converter("country", _country, Kind.TEXT),
    Converter("currency", _currency, Kind.TEXT),
    Converter("phone", _phone, Kind.TEXT),
    Converter("boolean", _boolean, Kind.BOOLEAN),
    Converter("present", _present, Kind.BOOLEAN, absent=True, whole=True),
    Converter("is", _equals, Kind.BOOLEAN, ("word", "more?", "…?")),
)
