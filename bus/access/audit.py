"""What `bus.audit` says of a change: who, from where, what, before and after.

A record is a JSON object under the id of what was changed. Nothing in it is secret:
whoever makes a `Change` gives it fields as they may be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import orjson

from bus.errors import DecodeError
from bus.record import Message, Record
from bus.times import read_rfc3339, rfc3339

Shown: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        actor: A key's id, `cli:<user>`, or `bus` for its own acts.
        tenant: Whose thing it is; empty: the operators'.
        address: Where it came from; empty where that means nothing.
        action: A verb: add, change, pause, replay, …
        entity: The kind of thing, one of `bus.access.entities`.
        entity_id: Which one.
        before: What it was; None if there was none.
        after: What it is; None if it is gone.
    """

    actor: str
    tenant: str
    address: str
    action: str
    entity: str
    entity_id: str
    before: Shown | None = None
    after: Shown | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """A change, and when it was made."""

    change: Change
    at: datetime


def audit_message(topic: str, change: Change, at: datetime) -> Message:
    """Return the record of a change."""
    fields = {name: getattr(change, name) for name in Change.__slots__}
    value = orjson.dumps({"at": rfc3339(at), **fields})
    return Message(topic, change.entity_id.encode(), value)


def read_audit(record: Record) -> Audited:
    """Return the change that a record tells of; fields that are new are left out.

    Raises:
        DecodeError: it is no such record.
    """
    try:
        fields: object = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        raise DecodeError("not JSON") from None
    if not isinstance(fields, dict):
        raise DecodeError("not a JSON object")
    texts = {name: str(fields.get(name) or "") for name in _TEXTS}
    before, after = _shown(fields.get("before")), _shown(fields.get("after"))
    change = Change(**texts, before=before, after=after)
    return Audited(change, _at(record, fields.get("at")))


_TEXTS = ("actor", "tenant", "address", "action", "entity", "entity_id")


def _shown(value: object) -> Shown | None:
    return value if isinstance(value, dict) else None


def _at(record: Record, said: object) -> datetime:
    try:
        return read_rfc3339(str(said))
    except ValueError:
        return datetime.fromtimestamp(record.timestamp_ms / 1000, UTC)
