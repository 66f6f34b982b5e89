"""The records of the log are those of Confluent's registry, byte for byte."""

import pytest

from bus.registry.records import (
    FLOOR,
    Content,
    Key,
    Kind,
    Reference,
    Value,
    Version,
    decode_key,
    decode_value,
    encode_key,
    encode_value,
)

SUBJECT = "oms.order-oms.order.v1.OrderCreated"
RECORDS: list[tuple[Key, bytes, Value, bytes]] = [
    (
        Key(Kind.SCHEMA, SUBJECT, 2),
        (
            b'{"keytype":"SCHEMA","subject":"oms.order-oms.order.v1.OrderCreated",'
            b'"version":2,"magic":1}'
        ),
        Version(SUBJECT, 2, 7, Content('"string"')),
        (
            b'{"subject":"oms.order-oms.order.v1.OrderCreated","version":2,"id":7,'
            b'"schema":"\\"string\\"","deleted":false}'
        ),
    ),
    (
        Key(Kind.SCHEMA, "s", 1),
        b'{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
        Version(
            "s",
            1,
            8,
            Content("message", (Reference("a", "b", 3),), "PROTOBUF"),
            deleted=True,
        ),
        (
            b'{"subject":"s","version":1,"id":8,"schemaType":"PROTOBUF",'
            b'"references":[{"name":"a","subject":"b","version":3}],'
            b'"schema":"message","deleted":true}'
        ),
    ),
    (
        Key(Kind.CONFIG),
        b'{"keytype":"CONFIG","magic":0}',
        "FULL",
        b'{"compatibilityLevel":"FULL"}',
    ),
    (
        Key(Kind.CONFIG, "s"),
        b'{"keytype":"CONFIG","subject":"s","magic":0}',
        "NONE",
        b'{"compatibilityLevel":"NONE"}',
    ),
    (
        Key(Kind.MODE, "s"),
        b'{"keytype":"MODE","subject":"s","magic":0}',
        "READONLY",
        b'{"mode":"READONLY"}',
    ),
    (
        Key(Kind.DELETE_SUBJECT, "s"),
        b'{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}',
        3,
        b'{"subject":"s","version":3}',
    ),
    (FLOOR, b'{"keytype":"NOOP","magic":0}', 9, b'{"maxId":9}'),
]


@pytest.mark.parametrize(("key", "key_bytes", "value", "value_bytes"), RECORDS)
def test_records_are_those_of_confluent(
    key: Key, key_bytes: bytes, value: Value, value_bytes: bytes
) -> None:
    """Written as their registry writes, and read as it is written."""
    assert encode_key(key) == key_bytes
    assert encode_value(key, value) == value_bytes
    assert decode_key(key_bytes) == key
    assert decode_value(key, value_bytes) == value


@pytest.mark.parametrize("key", [key for key, *_ in RECORDS])
def test_a_removal_is_a_tombstone(key: Key) -> None:
    """Nothing is no bytes, both ways."""
    assert encode_value(key, None) is None
    assert decode_value(key, None) is None


def test_what_newer_registries_add_is_passed_over() -> None:
    """Unknown attributes do not hide the known ones; a null subject is global."""
    assert decode_key(b'{"keytype":"CONFIG","subject":null,"magic":0}') == Key(
        Kind.CONFIG
    )
    value = decode_value(
        Key(Kind.SCHEMA, "s", 1),
        b'{"subject":"s","version":1,"id":1,"md5":"x","ts":4,"schemaType":"AVRO",'
        b'"references":null,"schema":"\\"int\\"","deleted":false,"guid":"g"}',
    )
    assert value == Version("s", 1, 1, Content('"int"'))


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"keytype":"CONTEXT","magic":0}',
        b'{"keytype":"SCHEMA","magic":1}',
        b'{"keytype":"SCHEMA","subject":"s","version":"1","magic":1}',
        b"[" * 100_000,
    ],
)
def test_keys_that_do_not_concern_us_are_none(data: bytes | None) -> None:
    """Other kinds, and nonsense."""
    assert decode_key(data) is None


@pytest.mark.parametrize(
    ("key", "data"),
    [
        (Key(Kind.SCHEMA, "s", 1), b'{"id":"1","schema":"x"}'),
        (Key(Kind.SCHEMA, "s", 1), b'{"id":1}'),
        (Key(Kind.CONFIG), b'{"compatibilityLevel":"SOME"}'),
        (Key(Kind.MODE), b'{"mode":7}'),
        (FLOOR, b'{"maxId":true}'),
        (Key(Kind.DELETE_SUBJECT, "s"), b"x"),
    ],
)
def test_values_that_mean_nothing_are_none(key: Key, data: bytes) -> None:
    """Nonsense under a good key."""
    assert decode_value(key, data) is None


def test_a_reference_without_a_version_points_nowhere() -> None:
    """A broken reference of somebody else's record does not stop the reading."""
    value = decode_value(
        Key(Kind.SCHEMA, "s", 1),
        b'{"id":1,"schema":"x","references":[{"name":"a","subject":"b"}]}',
    )
    assert isinstance(value, Version)
    assert value.content.references == (Reference("a", "b", -1),)
