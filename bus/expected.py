"""What a model expected where it found something else, in our own words.

Never the value, which could be a secret, and never a library's sentence.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeAlias, get_args

if TYPE_CHECKING:  # it takes long to import, and many commands need none of it
    from pydantic import BaseModel

_NAMED, _LOOKED_AT = 30, 2_000
Context: TypeAlias = Mapping[str, object]
FORMS: Mapping[str, str] = {
    r"^[a-z0-9][a-z0-9-]{1,62}$": (
        "2 to 63 small letters, digits and hyphens, the first no hyphen"
    ),
    r"^([a-z0-9][a-z0-9-]{1,62})?$": (
        "2 to 63 small letters, digits and hyphens, the first no hyphen; or nothing"
    ),
    r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?$": (
        "an address, team@example.com"
    ),
}
"""What texts of a form are."""


def expected(kind: str, context: Context, message: str) -> str:
    """What was expected, by a model's error: its type, its context, its message."""
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return f"expected {FORMS.get(pattern, f'a text of the form {pattern}')}"
    if (plain := _PLAIN.get(kind)) is not None:
        return f"expected {plain}"
    if (bound := _BOUNDS.get(kind)) is not None:
        return f"expected {bound(context)}"
    return message.removeprefix("Value error, ")


def among(word: str, known: Collection[str]) -> str:
    """Which words there are in place of one that there is not: the nearest, or all."""
    if len(known) > _LOOKED_AT:
        return f"there are {len(known):,} others"
    folded = {one.lower(): one for one in known}
    if near := get_close_matches(word.lower(), folded, n=1):
        return f"did you mean {folded[near[0]]}?"
    if not known:
        return "there are none"
    named = sorted(known)
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"there are: {', '.join(named[:_NAMED])}{more}"


def instead(model: "type[BaseModel]", at: Sequence[int | str]) -> str:
    """Which fields there are in place of one that a model forbids: the nearest, or all.

    `at` is where it stands, as the model's error says: through names, numbers in lists
    and the tags of unions.
    """
    here = [model]
    for step in at[:-1]:
        here = [inner for one in here for inner in _inner(one, step)] or here
    return among(str(at[-1]), {name for one in here for name in _fields(one)})


def _inner(model: "type[BaseModel]", step: int | str) -> "Iterator[type[BaseModel]]":
    field = _fields(model).get(str(step))
    return _models(field) if field is not None else iter(())


def _fields(model: "type[BaseModel]") -> Mapping[str, object]:
    """The types of a model's fields; of one that is another thing, of that."""
    types = {name: one.annotation for name, one in model.model_fields.items()}
    if types.keys() != {"root"}:
        return types
    inner = (_fields(one) for one in _models(types["root"]))
    return {name: kind for fields in inner for name, kind in fields.items()}


def _models(kind: object) -> "Iterator[type[BaseModel]]":
    """The models that a type is, or has in it."""
    if isinstance(kind, type) and hasattr(kind, "model_fields"):
        yield kind
    for part in get_args(kind):
        yield from _models(part)


def _number(bound: object) -> object:
    """A bound as people write it: 300, no 300.0."""
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


def _choice(context: Context) -> str:
    """One of several words, as JSON has them."""
    words = str(context.get("expected", context.get("expected_tags", "")))
    return words.replace("'", "").replace(" or ", ", ").replace(", ", " or ")


def _count(name: str, word: str, unit: str) -> Callable[[Context], str]:
    def told(context: Context) -> str:
        number = context[name]
        return f"{word} {number} {unit}{'' if number == 1 else 's'}"

    return told


_PLAIN: Mapping[str, str] = {
    "string_type": "a text",
    "string_unicode": "a text that UTF-8 can hold",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "frozenset_type": "a list",
    "datetime_type": "a time, 2026-11-23T12:00:00Z",
    "datetime_parsing": "a time, 2026-11-23T12:00:00Z",
    "datetime_from_date_parsing": "a time, 2026-11-23T12:00:00Z",
    "timezone_aware": "a time with a zone, 2026-11-23T12:00:00Z",
    "dict_type": "an object",
    "mapping_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "null",
    "invalid_key": "a name that is a text",
    "union_tag_not_found": "an object that says of which kind it is",
}
_BOUNDS: Mapping[str, Callable[[Context], str]] = {
    "literal_error": _choice,
    "enum": _choice,
    "union_tag_invalid": _choice,
    "greater_than_equal": lambda c: f"a number of {_number(c['ge'])} or more",
    "greater_than": lambda c: f"a number above {_number(c['gt'])}",
    "less_than_equal": lambda c: f"a number of {_number(c['le'])} or less",
    "less_than": lambda c: f"a number below {_number(c['lt'])}",
    "string_too_short": _count("min_length", "at least", "character"),
    "string_too_long": _count("max_length", "at most", "character"),
    "too_short": _count("min_length", "at least", "item"),
    "too_long": _count("max_length", "at most", "item"),
}
