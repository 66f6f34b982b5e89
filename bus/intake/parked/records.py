"""Records of `intake.parked`: a parked item, and each decision, as JSON under its id.

All records of one item have its id as their key, so that they stand in one partition,
in order. What a later version adds is left out by this one; what cannot be read at all
is a `DecodeError`, never more.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import cast

import orjson

from bus.errors import DecodeError
from bus.intake.findings import Severity
from bus.intake.parked.decisions import OF_GROUPS, Decision, Entry, GroupDecision, Kind
from bus.intake.parked.fingerprint import fingerprint_of
from bus.intake.parked.item import Found, Item, Money, Stage
from bus.intake.submission import Place
from bus.record import Message, Record
from bus.times import read_rfc3339, rfc3339

VERSION = 1
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def parked_message(topic: str, item: Item) -> Message:
    """The record that parks an item."""
    said = {
        **_fields_of(item),
        "fingerprint": fingerprint_of(item),
        "findings": [_fields_of(one) for one in item.findings],
    }
    return _message(topic, item.id, Kind.PARKED, said)


def decision_message(topic: str, decision: Decision | GroupDecision) -> Message:
    """The record of a decision."""
    key = decision.id if isinstance(decision, Decision) else decision.group
    return _message(topic, key, decision.kind, _fields_of(decision))


def read_parked(record: Record) -> Entry:
    """What a record says.

    Raises:
        DecodeError: it is no such record, or of a version that is not known.
    """
    try:
        said: object = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        raise DecodeError("not JSON") from None
    if not isinstance(said, dict):
        raise DecodeError("not a JSON object")
    if said.get("v") != VERSION:
        raise DecodeError(f"version {said.get('v')!r} of a parked record is not known")
    try:
        kind = Kind(str(said.get("kind")))
        if kind is Kind.PARKED:
            return _item(said)
        return _of_group(kind, said) if kind in OF_GROUPS else _decision(kind, said)
    except (ValueError, TypeError, KeyError, InvalidOperation) as error:
        raise DecodeError(f"a parked record that cannot be read: {error}") from None


def plain_payload(data: Mapping[str, object]) -> Mapping[str, object]:
    """An event's data as plain JSON, as an item's payload is: amounts are texts."""
    made: Mapping[str, object] = orjson.loads(orjson.dumps(data, _plain, _OPTIONS))
    return made


# --- writing


def _message(topic: str, key: str, kind: Kind, said: Mapping[str, object]) -> Message:
    value = {"v": VERSION, "kind": kind.value, **said}
    return Message(topic, key.encode(), orjson.dumps(value, _plain, _OPTIONS))


def _fields_of(thing: Item | Found | Decision | GroupDecision) -> dict[str, object]:
    """Its fields, without those that are as they are by default."""
    told: dict[str, object] = {}
    for one in fields(thing):
        value: object = getattr(thing, one.name)
        if value != one.default and one.name not in {"kind", "findings"}:
            told[one.name] = value
    return told


def _plain(value: object) -> object:
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


# A datetime is a date: the narrower type stands first.
_WRITERS: tuple[tuple[type, Callable[[object], object]], ...] = (
    (Decimal, lambda value: format(cast("Decimal", value), "f")),
    (datetime, lambda value: rfc3339(cast("datetime", value))),
    (date, lambda value: cast("date", value).isoformat()),
    (Mapping, lambda value: dict(cast("Mapping[str, object]", value))),
    (tuple, lambda value: list(cast("tuple[object, ...]", value))),
)


# --- reading


def _item(said: Mapping[str, object]) -> Item:
    found = said.get("findings")
    if not said.get("id") or not said.get("source"):
        raise ValueError("it names no item or no source")
    return Item(
        **{name: str(said.get(name) or "") for name in _TEXTS_OF_ITEM},
        at=read_rfc3339(str(said["at"])),
        stage=Stage(str(said.get("stage"))),
        place=_place(said.get("place")),
        part=_number(said.get("part")),
        payload=_mapping(said.get("payload")),
        findings=tuple(map(_found, found)) if isinstance(found, list) else (),
        value=_money(said.get("value")),
        ship_by=_moment(said.get("ship_by")),
        attempt=_number(said.get("attempt")),
        test=said.get("test") is True,
    )


_TEXTS_OF_ITEM = (
    *("id", "source", "channel", "owner", "account", "tier"),
    *("event_type", "order_id", "native_id", "number"),
)


def _found(said: object) -> Found:
    told = _mapping(said) or {}
    value = told.get("value")
    return Found(
        **{name: str(told.get(name) or "") for name in _TEXTS_OF_FOUND},
        severity=Severity(str(told.get("severity", Severity.PARK))),
        observed=told.get("observed") is True,
        value=None if value is None else str(value),
    )


_TEXTS_OF_FOUND = ("code", "rule", "text", "path", "source_path", "need")


def _decision(kind: Kind, said: Mapping[str, object]) -> Decision:
    rules = said.get("overrules")
    return Decision(
        **{name: str(said.get(name) or "") for name in _TEXTS_OF_DECISION},
        kind=kind,
        at=read_rfc3339(str(said["at"])),
        on=_number(said.get("on")),
        payload=_mapping(said.get("payload")),
        until=_moment(said.get("until")),
        place=_place(said.get("place")),
        part=_number(said.get("part")),
        release=_number(said.get("release")),
        overrules=tuple(map(str, rules)) if isinstance(rules, list) else (),
    )


_TEXTS_OF_DECISION = ("id", "who", "why", "event_type", "to", "source")


def _of_group(kind: Kind, said: Mapping[str, object]) -> GroupDecision:
    return GroupDecision(
        **{name: str(said.get(name) or "") for name in ("group", "who", "why", "by")},
        kind=kind,
        at=read_rfc3339(str(said["at"])),
    )


def _mapping(value: object) -> Mapping[str, object] | None:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(value: object) -> datetime | None:
    return None if value is None else read_rfc3339(str(value))


def _money(value: object) -> Money | None:
    said = _mapping(value)
    if said is None:
        return None
    amount = Decimal(str(said.get("amount")))
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount")
    return Money(amount, str(said.get("currency") or ""))


def _place(value: object) -> Place | None:
    said = _mapping(value)
    if said is None:
        return None
    at = (_number(said[name]) for name in ("partition", "offset"))
    return Place(str(said["topic"]), *at)
