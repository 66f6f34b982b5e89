"""An old webhook sender, as a company may have one, and the bus beside it.

It has field names and a signature scheme of its own, rounds nothing, and repeats with
the same delivery id. What both send of the same events is recorded by this module.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bus.event import Event
from bus.intake.verifying.verdict import Secret
from bus.migration.owners import bucket
from bus.migration.recorded import ACCEPTED, Recorded, written
from bus.migration.sent import Side
from bus.samples.lifecycles import lifecycle
from bus.webhook.document import document
from bus.webhook.rendering import Representation, render
from bus.webhook.signing import Signer, generate_secret

OLD_SECRET = "old-secret-of-the-shop"  # noqa: S105 - of no one
NEW_SECRET = generate_secret(b"\x07" * 32)
SECRETS = {
    Side.OLD: [Secret("old", OLD_SECRET)],
    Side.NEW: [Secret("new", NEW_SECRET)],
}
STARTED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TERMS = """
old:
  type: body:eventName
  order: body:orderNumber
  version: body:rev
  id: header:x-delivery
  occurred: body:createdAt
  signing:
    scheme: hmac
    header: x-shop-signature
    prefix: sha256=
    over: [body]
    secret_file: old.secret
new:
  signing: {secret_file: new.secret}
map:
  - {old: eventName, new: type}
  - {old: orderNumber, new: order_id}
  - {old: rev, new: bus.sequence}
  - {old: createdAt, new: timestamp}
  - {old: state, new: status}
  - {old: payload.positions, new: data.lines}
  - {old: payload, new: data}
  - {old: audit, new: metadata}
headers: [content-type, x-shop]
rules:
  - {at: type, how: ignore, why: names of events are compared as types}
  - {at: id, how: ignore, why: the old body has no id; it is in a header}
  - {at: bus, how: ignore, why: new; the partner reads nothing of it}
"""
"""What a person has agreed on; `types` are added by `terms_text`."""


def terms_text() -> str:
    """The terms, with the names of all events of the samples."""
    names = {old_name(event.type): event.type for event in events(40)}
    listed = ", ".join(f"{old}: {new}" for old, new in sorted(names.items()))
    return TERMS.replace("old:\n", f"old:\n  types: {{{listed}}}\n", 1)


def events(orders: int) -> list[Event]:
    """The events of so many orders, as they happened."""
    found = [
        event
        for seed in range(orders)
        for event in lifecycle(seed, STARTED + timedelta(seconds=seed), 0.001)
    ]
    return sorted(found, key=lambda event: event.time)


def old_name(event_type: str) -> str:
    """What the old sender calls a type: `OrderCreated`."""
    return event_type.replace(".", "_").title().replace("_", "")


def old_request(event: Event, late_ms: int = 400) -> Recorded:
    """What the old sender sends of an event."""
    doc = document(event)
    data = doc["data"]
    assert isinstance(data, dict)
    payload = {name: value for name, value in data.items() if name != "lines"}
    if "lines" in data:
        payload["positions"] = data["lines"]
    added = doc["bus"]
    assert isinstance(added, dict)
    fields = {
        "eventName": old_name(event.type),
        "orderNumber": event.subject,
        "rev": added["sequence"],
        "createdAt": doc["timestamp"],
        "state": doc["status"],
        "payload": payload,
        "audit": doc["metadata"],
    }
    body = json.dumps(fields, ensure_ascii=False).encode()
    return old_signed(event, body, late_ms)


def old_signed(event: Event, body: bytes, late_ms: int = 400) -> Recorded:
    """A body of the old sender's with its headers."""
    digest = hmac.digest(OLD_SECRET.encode(), body, "sha256").hex()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "x-shop": "eu",
        "x-delivery": event.webhook_id,
        "x-shop-signature": f"sha256={digest}",
    }
    return _recorded("old", event, body, headers, late_ms)


def new_request(
    event: Event, late_ms: int = 300, doc: Mapping[str, object] | None = None
) -> Recorded:
    """What the bus sends of an event; another document, if one is given."""
    body = render(dict(doc or document(event)), Representation.JSON)
    return new_signed(event, body, late_ms)


def new_signed(
    event: Event, body: bytes, late_ms: int = 300, secret: str = NEW_SECRET
) -> Recorded:
    """A body of the bus's with its headers."""
    at_s = int(event.time.timestamp() + late_ms / 1000)
    signer = Signer([("v1", secret, None)])
    headers = {
        "content-type": "application/json;charset=UTF-8",
        "x-shop": "eu",
        "webhook-id": event.webhook_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": signer.sign(event.webhook_id, at_s, body),
    }
    return _recorded("new", event, body, headers, late_ms)


def _recorded(
    side: str, event: Event, body: bytes, headers: Mapping[str, str], late_ms: int
) -> Recorded:
    at_ms = round(event.time.timestamp() * 1000) + late_ms
    place = f"{side}:{event.subject}:{event.type}"
    return Recorded(place, at_ms, body, headers, ACCEPTED)


def both(of: Iterable[Event]) -> tuple[list[Recorded], list[Recorded]]:
    """What both sides send, without a defect."""
    known = list(of)
    return [old_request(one) for one in known], [new_request(one) for one in known]


def canary_in(folder: Path, subscription: str) -> int:
    """Terms and recordings, `old` and `new`, of a canary at 50 %.

    The old sender leaves what the bus owns; returns how many events that are.
    """
    (folder / "terms.yaml").write_text(terms_text())
    (folder / "old.secret").write_text(OLD_SECRET)
    (folder / "new.secret").write_text(NEW_SECRET)
    every = events(12)
    kept = [one for one in every if bucket(subscription, one.subject) >= 5_000]
    (old, _), (_, new) = both(kept), both(every)
    for name, sends in {"old": old, "new": new}.items():
        (folder / name).write_bytes(b"\n".join(written(one) for one in sends))
    return len(every) - len(kept)
