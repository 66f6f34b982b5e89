"""What a model refuses, in our own words: what was expected, never the value."""

import re
from collections.abc import Mapping

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bus.expected import FORMS, expected, instead
from processors.gateway.time_form import PATTERN as MOMENT

PATTERNS: Mapping[str, str] = {
    **FORMS,
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
    r"^[^\x00-\x1f\x7f]*$": "one line of text, without control characters",
    r"^[ -~]{0,200}$": "at most 200 visible ASCII characters and spaces",
    r"^[!-~]{0,200}$": "at most 200 visible ASCII characters",
    r"^([1-5][0-9]{2}|0)?$": "the status of an answer, 503; 0: none came; or nothing",
    r"^([0-9a-f]{24})?$": "an id of 24 digits and letters a to f; or nothing",
    r"^([0-9]{1,7}(\.[0-9]{1,3})?)?$": "a number, 7.5; or nothing",
    r"^[0-9]{0,9}$": "a whole number of at most 9 digits; or nothing",
    r"^[0-9]{1,5}$": "a whole number of at most 5 digits",
    r"[a-z0-9][a-z0-9-]{1,62}": FORMS[r"^[a-z0-9][a-z0-9-]{1,62}$"],
    r"^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$": "a host in small letters, api.example.com",
    r"^https?://[^/@{}]+/": "an address, https://api.example.com/orders",
    r"^(https?://[!-~]+)?$": "an address, https://api.example.com; or nothing",
    r"^[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,18}$": (
        "a place: topic/partition/offset"
    ),
}
"""What texts of a form are; a test holds that none of the API's is missing."""
_URL = "an endpoint's URL, https://example.com/hook, of a kind that the bus delivers to"
_OPTIONAL = "^$|"
_SORTS = re.compile(r"\^-\?\(([a-z0-9_|]+)\)\$")
_GROUP = "the id of a group, f1-7a91298b1334"


def worded(error: ErrorDetails, model: type[BaseModel], *, parameter: bool) -> str:
    """What was expected where a model found something else."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        what = "parameter" if parameter else "field"
        return f"there is no such {what}; {instead(model, error['loc'])}"
    if kind == "string_pattern_mismatch":
        return f"expected {form_of(str(context['pattern']))}"
    return expected(kind, context, error["msg"])


def form_of(pattern: str) -> str:
    """What a text of this form is, in words."""
    known = PATTERNS.get(pattern)
    if known is not None:
        return known
    if pattern.startswith(_OPTIONAL):
        return f"{form_of(pattern.removeprefix(_OPTIONAL))}; or nothing"
    if (sorts := _SORTS.fullmatch(pattern)) is not None:
        words = sorts[1].replace("|", ", ")
        return f"one of {words}; with - before it, the other way round"
    if "://[!-~]+$" in pattern:
        return _URL
    return _GROUP if pattern.startswith("^(f1-") else f"a text of the form {pattern}"
