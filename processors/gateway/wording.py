"""What a model refuses, in our own words: what was expected, never the value."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pydantic_core import ErrorDetails

from processors.gateway.time_form import PATTERN as MOMENT

Context: TypeAlias = Mapping[str, object]

PATTERNS: Mapping[str, str] = {
    MOMENT: "a time, 2026-11-23T12:00:00Z, or a time ago: 2h",
    r"^[A-Za-z0-9_-]{0,4000}$": "`next` or `previous` of a page of this list",
    r"^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){1,4}$": (
        "an event type, order.created"
    ),
    r"^[!-~]{1,256}$": "1 to 256 visible ASCII characters",
    r"^[!-~]{1,200}$": "1 to 200 visible ASCII characters",
    r"^/[!-~]{0,255}$": "a path, /oms/web: at most 256 visible ASCII characters",
    r"^[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h|d)$": (
        "a duration: a number and ms, s, m, h or d, like 30s"
    ),
    r"^[a-z0-9][a-z0-9-]{1,62}$": (
        "2 to 63 small letters, digits and hyphens, the first no hyphen"
    ),
    r"^([a-z0-9][a-z0-9-]{1,62})?$": (
        "2 to 63 small letters, digits and hyphens, the first no hyphen; or nothing"
    ),
    r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?$": (
        "an address, team@example.com"
    ),
    r"^[^\x00-\x1f\x7f]*$": "one line of text, without control characters",
    r"^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$": "a host in small letters, api.example.com",
    r"^https?://[^/@{}]+/": "an address, https://api.example.com/orders",
    r"^(https?://[!-~]+)?$": "an address, https://api.example.com; or nothing",
    r"^[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,18}$": (
        "a place: topic/partition/offset"
    ),
}
"""What texts of a form are; a test holds that none of the API's is missing."""
_URL = "an endpoint's URL, https://example.com/hook, of a kind that the bus delivers to"
_GROUP = "the id of a group, f1-7a91298b1334"


def worded(error: ErrorDetails, *, parameter: bool) -> str:
    """What was expected where a model found something else."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return f"there is no such {'parameter' if parameter else 'field'}"
    if kind == "string_pattern_mismatch":
        return f"expected {form_of(str(context['pattern']))}"
    plain = _PLAIN.get(kind)
    if plain is not None:
        return f"expected {plain}"
    bound = _BOUNDS.get(kind)
    if bound is not None:
        return f"expected {bound(context)}"
    return error["msg"].removeprefix("Value error, ")


def form_of(pattern: str) -> str:
    """What a text of this form is, in words."""
    known = PATTERNS.get(pattern)
    if known is not None:
        return known
    if "://[!-~]+$" in pattern:
        return _URL
    return _GROUP if pattern.startswith("^(f1-") else f"a text of the form {pattern}"


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
    "greater_than_equal": lambda c: f"a number of {c['ge']} or more",
    "greater_than": lambda c: f"a number above {c['gt']}",
    "less_than_equal": lambda c: f"a number of {c['le']} or less",
    "less_than": lambda c: f"a number below {c['lt']}",
    "string_too_short": _count("min_length", "at least", "character"),
    "string_too_long": _count("max_length", "at most", "character"),
    "too_short": _count("min_length", "at least", "item"),
    "too_long": _count("max_length", "at most", "item"),
}
