"""Converters that take a list or an object as it is, and `required`."""

from collections.abc import Mapping

from bus.intake.converters.kinds import Converter, Given, Kind, Unreadable, has_value
from bus.intake.converters.texts import as_text
from bus.intake.parsing.paths import listed, one_of, plain_text
from bus.intake.parsing.tree import Tree


def _join(value: Tree, given: Given) -> Tree:
    """The texts of a list with another between; empty ones are left out."""
    texts = [as_text(item) for item in listed(value) if has_value(item)]
    return given.word(0, " ").join(texts) or None


def _split(value: Tree, given: Given) -> Tree:
    """A list of the parts of a text; empty ones are left out."""
    parts = as_text(one_of(value)).split(given.word(0, ","))
    return [part.strip() for part in parts if part.strip()]


def _list(value: Tree, _: Given) -> Tree:
    """A list of texts; one value is a list of one."""
    return [as_text(item) for item in listed(value) if has_value(item)]


def _count(value: Tree, _: Given) -> Tree:
    """How many there are."""
    return len(listed(value))


def _last(value: Tree, _: Given) -> Tree:
    """The last of a list."""
    items = listed(value)
    return items[-1] if items else None


def _pairs(value: Tree, given: Given) -> Tree:
    """Texts by name, of a list of objects that have a name and a value.

    `pairs(=name, =value)` says how those are called; later ones win.
    """
    name, content = given.word(0, "name"), given.word(1, "value")
    found: dict[str, str] = {}
    for item in listed(value):
        if isinstance(item, Mapping) and has_value(item.get(name)):
            text = plain_text(one_of(item.get(content)))
            if text is not None:
                found[as_text(item[name])] = text
    return found


def _map(value: Tree, _: Given) -> Tree:
    """Texts by name, of an object; what holds others is left out."""
    if not isinstance(value, Mapping):
        raise Unreadable("an object is expected")
    texts = {str(name): plain_text(item) for name, item in value.items()}
    return {name: text for name, text in texts.items() if text}


def _required(value: Tree, given: Given) -> Tree:
    """The value as it is; a finding if there is none."""
    if not has_value(value):
        given.notes.note("missing", "a value is required here, and there is none")
    return value


LISTS = (
    Converter("join", _join, Kind.TEXT, ("separator?",), whole=True),
    Converter("split", _split, Kind.TEXTS, ("separator?",), whole=True),
    Converter("list", _list, Kind.TEXTS, whole=True),
    Converter("count", _count, Kind.INTEGER, whole=True),
    Converter("last", _last, Kind.ANY, whole=True),
    Converter("pairs", _pairs, Kind.MAP, ("name", "value"), whole=True),
    Converter("map", _map, Kind.MAP),
    Converter("required", _required, Kind.ANY, whole=True, absent=True),
)
