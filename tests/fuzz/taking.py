"""JSON taken in natively, beside the Python: the same Avro, or left to it."""

import json
from random import Random
from typing import cast

from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema, decode
from bus.contracts.jsontext import read_json
from bus.contracts.natural import take_json
from bus.errors import DecodeError, InvalidEventError
from bus.native.taking import take
from bus.webhook.document import plain
from tests.fuzz.hostile import Maker, disturb

_ODD: list[object] = [
    *(None, True, False, 0, -0, -1, 2**31, 2**63, 2**63 - 1, -(2**63), 10**40),
    *(1.5, 100.0, 1e30, -0.0, "", "x", "é", "\U0001f4e6", "\x00", "0", "-0.00"),
    *("1.50", "-128", "-32768.00", "00012.5", "1.", ".5", "1e3", "٣", "1_000"),
    *("99999999999999999999999999999999999999", "9" * 39, "0." + "0" * 50),
    *("2026-01-15", "2024-02-29", "2026-02-29", "0001-01-01", "9999-12-31"),
    *("20260115", "2026-W03-4", "0000-01-01", "2026-13-01", "2026-04-31"),
    *("2026-01-15T10:30:00Z", "2026-01-15T10:30:00.123456Z", "2026-01-15t10:30:00z"),
    *("2026-01-15T10:30:00.5+05:30", "2026-01-15T10:30:60Z", "2026-01-15T10:30:00"),
    *("2026-01-15T10:30:00.1234567Z", "0001-01-01T00:00:00+23:59", "unknown"),
    *("9999-12-31T23:59:59-23:59", "2026-01-15 10:30:00Z", "2026-01-15T24:00:00Z"),
    *("1969-12-31T23:59:59.999Z", "2026-01-15T10:30:00-00:00", [], {}, [[]], [None]),
    *({"a": 1}, {"amount": "1", "currency": "EUR"}, [{}], ["a", "a"]),
]
_BYTES = b' \t\n{}[]",:\\u0019.-+eEntf\xff\xc3'


def check(text: bytes, catalogue: Catalogue) -> str:
    """Hold one request of one event to the promise; return what became of it.

    Raises:
        AssertionError: the two differ.
    """
    found = take(text, catalogue, 500)
    if found is None:
        return "left to Python"
    ((event,), wish) = found.events, cast("dict[str, object]", read_json(text))
    schema = catalogue.schema(event.type)
    data, body = take_json(schema, wish["data"])
    assert event.body == body, text
    told = {"order_id": event.order_id, "channel": event.channel}
    assert told | {"occurred_at": event.occurred_at} == {
        name: data[name] for name in (*told, "occurred_at")
    }, text
    assert (event.type, event.id, event.source) == (
        wish["type"],
        wish.get("id"),
        wish.get("source"),
    ), text
    return "the same"


def fits(text: bytes, catalogue: Catalogue) -> bool:
    """Whether the Python takes it."""
    try:
        wish = cast("dict[str, dict[str, object]]", read_json(text))
        take_json(catalogue.schema(str(wish["type"])), wish["data"])
    except (DecodeError, InvalidEventError, KeyError):
        return False
    return True


def request(random: Random, schema: Schema) -> bytes:
    """An event of this schema as JSON, now and then an odd one."""
    maker = Maker(random)
    maker.know(schema.parsed)
    try:
        data = decode(schema, maker.body(schema.parsed))
    except DecodeError:
        data = {}
    wish = {"type": schema.event_type, "data": plain(data)}
    for _ in range(random.choice([0, 0, 1, 2])):
        disturb(random, wish, _ODD)
    spread = random.choice([None, 1])
    text = json.dumps(wish, ensure_ascii=random.random() < 0.5, indent=spread)
    sent = bytearray(text.encode("utf-8", "replace"))
    for _ in range(random.choice([0, 0, 0, 1])):
        sent[random.randrange(len(sent))] = random.choice(_BYTES)
    return bytes(sent)
