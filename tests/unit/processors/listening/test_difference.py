"""Two attempts are compared in what may not differ."""

import orjson
import pytest

from processors.listening.difference import differences
from tests.support.heard import BODY

HEADERS = {
    b"webhook-id": b"e-1",
    b"webhook-timestamp": b"1",
    b"webhook-signature": b"v1,a",
    b"traceparent": b"00-aaaa-bbbb-01",
    b"content-length": b"3",
}


def of(now: bytes, before: bytes) -> list[str]:
    """The differences of two bodies."""
    return differences(HEADERS, now, HEADERS, before)


def test_what_differs_every_time() -> None:
    """Timestamp, signature and span are no differences."""
    later = HEADERS | {
        b"webhook-timestamp": b"2",
        b"webhook-signature": b"v1,b",
        b"traceparent": b"00-aaaa-cccc-01",
    }
    assert differences(later, BODY, HEADERS, BODY) == []


def test_headers() -> None:
    """New, gone, changed; another trace; credentials without their values."""
    later = HEADERS | {
        b"accept": b"x",
        b"traceparent": b"00-dddd-bbbb-01",
        b"authorization": b"Bearer s3cret",
    }
    del later[b"webhook-id"]
    assert differences(later, BODY, HEADERS, BODY) == [
        'accept: new, "x"',
        "authorization: not the same; credentials are not shown",
        'traceparent: ["aaaa"] → ["dddd"]',
        'webhook-id: gone, was "e-1"',
    ]


def test_json_by_its_fields() -> None:
    """Where, what it was, what it is; types count."""
    before = orjson.dumps({"a": {"b": [1, 2]}, "c": "x", "d": 1})
    now = orjson.dumps({"a": {"b": [1, 3, 4]}, "e": None, "d": 1.0})
    assert of(now, before) == [
        "body.a.b[1]: 2 → 3",
        "body.a.b[2]: new, 4",
        'body.c: gone, was "x"',
        "body.d: 1 → 1.0",
        "body.e: new, null",
    ]


def test_the_same_json_in_other_bytes() -> None:
    """Which breaks a signature: said with the place."""
    assert of(b'{"a": 1}', b'{"a":1}') == [
        "body: 7 → 8 bytes: the same in other bytes, from byte 5 on"
    ]


def test_xml_by_its_lines() -> None:
    """Elements are lines, whatever the line ends."""
    before = b"<e><a>1</a><b>2</b></e>"
    now = b"<e><a>1</a><b>3</b></e>"
    assert of(now, before) == ["body: - <b>2</b>", "body: + <b>3</b>"]
    assert of(b"a\r\nb", b"a\nb") == [
        "body: 3 → 4 bytes: the same in other bytes, from byte 1 on"
    ]


def test_only_so_many_lines() -> None:
    """The rest is counted."""
    before = orjson.dumps({str(n): 0 for n in range(50)})
    now = orjson.dumps({str(n): 1 for n in range(50)})
    found = of(now, before)
    assert len(found) == 21
    assert found[-1] == "… and 30 more"


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (b"[" * 900 + b"]" * 900, b"[" * 900 + b"1" + b"]" * 900),
        (b"a\n" * 90_000, b"b\n" * 90_000),
        (b'"' + b"x" * 300_000 + b'"', b'"' + b"y" * 300_000 + b'"'),
        (b"\xff\xfe", b"\xfe\xff"),
        (b'{"a":"' + b"x" * 9_000 + b'"}', b'{"a":"' + b"y" * 9_000 + b'"}'),
        (b"", b"\x00"),
    ],
    ids=["deep", "many lines", "large", "no text", "long value", "empty"],
)
def test_hostile_bodies_cost_little(before: bytes, now: bytes) -> None:
    """Nested, long, large, no text: a short line, soon."""
    found = of(now, before)
    assert found
    assert all(len(line) < 200 for line in found)
