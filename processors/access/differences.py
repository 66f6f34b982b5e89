"""What a change of the audit changed, field by field."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast


class Difference(NamedTuple):
    """A field that is not what it was; empty: it was, or is, not there."""

    name: str
    before: str
    after: str


def differences(before: object, after: object) -> Iterator[Difference]:
    """What is not as it was, by name; of what was added or is gone, all of it."""
    left, right = _fields(before), _fields(after)
    for name in sorted({*left, *right}):
        was, now = _text(left.get(name)), _text(right.get(name))
        if was != now:
            yield Difference(name, was, now)


def _fields(value: object) -> Mapping[str, object]:
    """What the log has cut, being very long, comes as a text."""
    if isinstance(value, dict):
        return cast("Mapping[str, object]", value)
    return {"all": value} if value else {}


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
