"""What differs between two versions of a schema, in words, and whom that breaks.

Fields stand under the record that defines them (`Money.amount`), those of the event
itself bare: so nothing differs only because a record is first named elsewhere.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from bus.contracts.compatibility import Level, check
from bus.contracts.definition import load
from bus.contracts.validation import describe
from bus.errors import ConfigurationError

Kind: TypeAlias = Literal[
    "added", "removed", "renamed", "type", "default", "symbols", "meaning"
]
_Fields: TypeAlias = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One thing that is not as it was: where, and in words what."""

    kind: Kind
    place: str
    said: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side.

    `breaks_new` says why readers of the newer one cannot read what was written with the
    older, `breaks_old` why those of the older one cannot read the newer's; empty: they
    can.
    """

    changes: Sequence[SchemaChange]
    breaks_new: Sequence[str]
    breaks_old: Sequence[str]


def compare(older: str, newer: str) -> Comparison:
    """Compare two texts of a schema.

    Raises:
        ConfigurationError: one of them is no Avro schema of a record.
    """
    pair = [("older", older)]
    return Comparison(
        tuple(_changes(_Parts.of(older), _Parts.of(newer))),
        _bare(check(newer, pair, Level.BACKWARD)),
        _bare(check(newer, pair, Level.FORWARD)),
    )


def _bare(reasons: Sequence[str]) -> Sequence[str]:
    return tuple(reason.removeprefix("older: ") for reason in reasons)


@dataclass(frozen=True, slots=True)
class _Parts:
    """All fields and enums that a schema defines, by where they stand."""

    meaning: str = ""
    fields: dict[str, Mapping[str, object]] = field(default_factory=dict)
    enums: dict[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "_Parts":
        root = load(text)
        if not isinstance(root, dict) or not isinstance(root.get("fields"), list):
            raise ConfigurationError("not the schema of a record")
        parts = cls(str(root.get("doc", "")))
        parts.take(root, "")
        return parts

    def take(self, kind: object, within: str | None = None) -> None:
        """Note what this type defines; `within` stands before a record's fields."""
        if isinstance(kind, list):
            for branch in kind:
                self.take(branch)
        if not isinstance(kind, dict):
            return
        name = describe(str(kind.get("name", "")))
        if "symbols" in kind:
            self.enums[name] = tuple(map(str, cast("list[object]", kind["symbols"])))
        for one in cast("list[Mapping[str, object]]", kind.get("fields", [])):
            before = f"{name}." if within is None else within
            self.fields[f"{before}{one['name']}"] = one
            self.take(one["type"])
        for inner in (kind.get("items"), kind.get("values"), kind.get("type")):
            self.take(inner)


def _changes(older: _Parts, newer: _Parts) -> Iterator[SchemaChange]:
    if older.meaning != newer.meaning:
        yield SchemaChange("meaning", "", f"it means now: {newer.meaning or '–'}")  # noqa: RUF001 - a dash
    renamed = dict(_renamed(older.fields, newer.fields))
    for place, now in newer.fields.items():
        before = older.fields.get(renamed.get(place, place))
        if place in renamed:
            said = f"is what was {renamed[place]}, which stays readable as an alias"
            yield SchemaChange("renamed", place, said)
        if before is None:
            said = f"new, {describe(now['type'])}, {_needed(now)}"
            yield SchemaChange("added", place, said)
        else:
            yield from _differing(place, before, now)
    for place, before in older.fields.items():
        if place not in newer.fields and place not in renamed.values():
            said = f"gone, was {describe(before['type'])}, {_needed(before)}"
            yield SchemaChange("removed", place, said)
    yield from _of_enums(older.enums, newer.enums)


def _renamed(older: _Fields, newer: _Fields) -> Iterator[tuple[str, str]]:
    """Fields that go by another name, and what that was."""
    for place, now in newer.items():
        within = place.rpartition(".")[0]
        for alias in cast("list[str]", now.get("aliases") or []):
            was = f"{within}.{alias}" if within else alias
            if place not in older and was in older and was not in newer:
                yield place, was


def _differing(
    place: str, before: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[SchemaChange]:
    was, is_ = describe(before["type"]), describe(now["type"])
    if was != is_:
        yield SchemaChange("type", place, f"{was} became {is_}")
    if _needed(before) != _needed(now):
        yield SchemaChange("default", place, f"{_needed(before)} became {_needed(now)}")
    if before.get("doc") != now.get("doc"):
        said = f"it means now: {now.get('doc') or '–'}"  # noqa: RUF001 - a dash
        yield SchemaChange("meaning", place, said)


def _needed(one: Mapping[str, object]) -> str:
    if "default" not in one:
        return "required"
    return f"optional (default {json.dumps(one['default'], ensure_ascii=False)})"


def _of_enums(
    older: Mapping[str, Sequence[str]], newer: Mapping[str, Sequence[str]]
) -> Iterator[SchemaChange]:
    for name, now in newer.items():
        before = older.get(name, now)
        if more := [one for one in now if one not in before]:
            yield SchemaChange("symbols", name, f"may be {', '.join(more)} as well")
        if less := [one for one in before if one not in now]:
            yield SchemaChange("symbols", name, f"is never {', '.join(less)} any more")
