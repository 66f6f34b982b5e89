"""What producers write of an event: its key, its source and id, or none.

CloudEvents promises that source and id together are unique, and Kafka that a key is
bytes or nothing. The OMS writes more than that; others do not.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256
from random import Random
from typing import NamedTuple, cast

from bus.contracts.codec import Schema, encode
from bus.delivery.headers import event_headers
from bus.event import Event
from bus.identity import made_up_id, webhook_id
from bus.record import Headers, Record
from tests.support.facts import NOON

WHICH = "x-event"
"""A header that says which event a record carries; no other has the same."""


DIGEST = "bus-body-sha256"


def digest_of(record: Record) -> bytes:
    """What a small letter says of a record's value; no other event has the same."""
    return sha256(record.value or b"").hexdigest().encode()


class Key(StrEnum):
    """What an event's Kafka key is."""

    ORDER = "the order's id"
    NONE = "null"
    EMPTY = "empty"
    CUSTOMER = "the customer's id"


class Ids(StrEnum):
    """What an event's id is."""

    OWN = "unique"
    RANDOM = "unique by its nature"
    SHARED = "another source's, too"
    TEXT = "any text"
    NONE = "none"


class Habit(NamedTuple):
    """How an event is written."""

    key: Key = Key.ORDER
    ids: Ids = Ids.OWN


OMS = Habit()


def habits(random: Random, count: int) -> Iterator[Habit]:
    """Half of the worlds have producers that are not the OMS."""
    foreign = random.random() < 0.5
    for _ in range(count):
        key, ids = random.choice(list(Key)), random.choice(list(Ids))
        yield Habit(key, ids) if foreign else OMS


def an_event(number: int, order: str, ids: Ids) -> Event:
    """Event number such-and-such; without an id it has one all the same."""
    source, id_ = {
        Ids.OWN: ("/oms/web", f"e{number}"),
        Ids.RANDOM: ("/oms/web", f"e{number:031x}"),
        Ids.SHARED: ("/ab"[: 1 + number % 2], str(number // 2)),
        Ids.TEXT: ("/shop", f"ü.{number} \N{SNOWMAN}"),
        Ids.NONE: ("/shop", "none"),
    }[ids]
    status = "paid" if number % 2 else "new"
    data = {"order_id": order, "status": status, "number": number}
    return Event(
        id=id_,
        type="order.paid",
        source=source,
        subject=order,
        time=NOON,
        data=data,
    )


def key_of(order: str, number: int, key: Key) -> bytes | None:
    """The Kafka key as it is written."""
    return {
        Key.ORDER: order.encode(),
        Key.NONE: None,
        Key.EMPTY: b"",
        Key.CUSTOMER: b"C-%d" % (number % 3),
    }[key]


def written(event: Event, ids: Ids, schema: Schema, id_: int) -> tuple[bytes, Headers]:
    """The value and the headers; one of those tells the witness which event it is."""
    number = cast("int", event.data["number"])
    headers = (*event_headers(event), (WHICH, b"e%d" % number))
    if ids is Ids.NONE:
        headers = tuple(h for h in headers if h[0] != "ce_id")
    return encode(schema, id_, event.data), headers


def name_of(event: Event, ids: Ids, record: Record) -> str:
    """The webhook-id that partners must know the event by."""
    if ids is Ids.NONE:
        event = replace(event, id=made_up_id(record))
    return webhook_id(event.source, event.id)
