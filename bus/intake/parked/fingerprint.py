"""Which items have the same cause: a name of it that no version changes.

The name is a hash of what the cause is about, and of nothing that differs from order to
order: the channel, the stage, the rule or code, the field without the numbers of lists,
and, where a value could not be read, what kind of text it is. Not the text itself, its
length or its digits.

The first four characters say by which rules the name was made; those of `f1` never
change, `tests/unit/bus/intake/parked/test_fingerprint.py` holds them.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from bus.intake.findings import Severity
from bus.intake.parked.item import Found, Item, Stage

_PREFIX = "f1-"
_DIGITS = 12
_LONGEST = 200
_BETWEEN = "\x1f"
_INDEX = re.compile(r"\[[0-9]+\]")
_GRAVITY = {word: number for number, word in enumerate(Severity)}
_READING = (Stage.VERIFY, Stage.PARSE, Stage.MAP)
FINGERPRINT = r"f1-[0-9a-f]{12}"
"""The pattern of a fingerprint."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a group of items has in common.

    Attributes:
        channel: The kind of sender.
        stage: Where they went no further.
        name: The rule that says so, or the code.
        path: The field, `lines[].quantity`; empty: the whole.
        shape: What kind of value it is; see `shape_of`.
        text: The finding's sentence, of the first one; no part of the fingerprint.
    """

    channel: str
    stage: Stage
    name: str
    path: str
    shape: str
    text: str = ""

    @property
    def fingerprint(self) -> str:
        """Its name."""
        parts = (self.channel, self.stage.value, self.name, self.path, self.shape)
        return _PREFIX + sha256(_BETWEEN.join(parts).encode()).hexdigest()[:_DIGITS]


def cause_of(item: Item) -> Cause:
    """What holds an item: of several findings the gravest, then the first by name."""
    blocking = [one for one in item.findings if not one.observed]
    if not blocking:
        return Cause(item.channel, item.stage, "unknown", "", "none")
    chosen = min(blocking, key=_order)
    return Cause(
        channel=item.channel,
        stage=item.stage,
        name=chosen.name,
        path=_INDEX.sub("[]", chosen.path),
        shape=_shape(item.stage, chosen.value),
        text=chosen.text,
    )


def fingerprint_of(item: Item) -> str:
    """The name of what holds an item."""
    return cause_of(item).fingerprint


def _order(one: Found) -> tuple[int, str, str, str]:
    """By name, not by place among the findings: rules may be put in another order."""
    path = _INDEX.sub("[]", one.path)
    return -_GRAVITY[one.severity], one.name, path, one.value or ""


def _shape(stage: Stage, value: str | None) -> str:
    """A rule says itself what is wrong with a value, so that its shape says no more."""
    if stage in _READING:
        return shape_of(value)
    return "none" if value is None else "some"


_SHAPES = (
    ("empty", r"\s*"),
    ("integer", r"[+-]?[0-9]+"),
    ("number", r"[+-]?[0-9][0-9 '_]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?"),
    ("time", r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ][0-9:.+\-Z]*)?"),
    ("number with commas", r"[+-]?[0-9][0-9.,' _]*"),
    ("amount", r"(?:[^\W\d_]{1,3}|[^\w\s])\s?[0-9][0-9.,' ]*"),
    ("amount", r"[0-9][0-9.,' ]*\s?\D{1,3}"),
    ("address", r"[^@\s]+@[^@\s]+"),
    ("list", r"\[.*"),
    ("object", r"[{<].*"),
    ("word", r"[^\W\d_]+"),
    ("code", r"\S+"),
)
_COMPILED = tuple((name, re.compile(text, re.DOTALL)) for name, text in _SHAPES)


def shape_of(value: str | None) -> str:
    """What kind of text a value is: `integer`, `time`, …; "none" without one."""
    if value is None:
        return "none"
    text = value[:_LONGEST]
    return next((name for name, one in _COMPILED if one.fullmatch(text)), "text")
