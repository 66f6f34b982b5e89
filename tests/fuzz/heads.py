"""A record's headers read natively, beside the Python: the same attributes, or left."""

from random import Random

from bus.delivery.attributes import read_attributes as read_slowly
from bus.errors import DecodeError
from bus.native.heads import read_attributes
from bus.native.loading import core
from bus.record import Headers, Record

_TRACE = b"00-" + b"0a" * 16 + b"-" + b"0b" * 8 + b"-01"
_USUAL: Headers = (
    ("content-type", b"application/avro"),
    ("ce_specversion", b"1.0"),
    ("ce_id", b"0192f1d2-0000-7000-8000-000000000001"),
    ("ce_source", b"/oms/web"),
    ("ce_type", b"order.created"),
    ("ce_subject", b"ord-12345"),
    ("ce_time", b"2026-11-29T12:00:00.123456Z"),
    ("traceparent", _TRACE),
)
_NAMES = (
    *(name for name, _ in _USUAL),
    *("bus-event-id", "bus-origin", "ce_", "ce_traceparent", "ce_partitionkey"),
    *("ce_data", "ce_dataschema", "ce_datacontenttype", "ce_Big", "ce_a-b", "ce_ü"),
    *("ce_x1", "ce_x1 ", "CE_ID", "", "\0", "__value_schema_id", "Traceparent"),
)
_VALUES = (
    *(value for _, value in _USUAL),
    *(b"", b"\xff", b"\xed\xa0\x80", "ü".encode(), b"0.3", b"1.0 ", b"\0", b"x" * 300),
    *(_TRACE.upper(), _TRACE + b"-00", _TRACE[:-1], b"ff" + _TRACE[2:], _TRACE + b"\n"),
    *(b"2026-11-29t12:00:60z", b"2026-11-29", b"0000-01-01T00:00:00Z", b"soon"),
    *(b"2026-11-29T12:00:00+02:00", b"9999-12-31T23:59:59-12:00"),
)


def some(random: Random) -> Headers:
    """The usual headers, odd in places: gone, there again, renamed, another value."""
    headers = list(_USUAL)
    for _ in range(random.choice((0, 1, 1, 2, 3, 8))):
        at = random.randrange(len(headers) + 1)
        odd = (random.choice(_NAMES), random.choice(_VALUES))
        headers[at : at + random.randrange(2)] = random.choice(
            ([], [odd], [odd], [random.choice(_USUAL)])
        )
    if random.random() < 0.1:
        random.shuffle(headers)
    return tuple(headers)


def check(headers: Headers) -> str:
    """Hold both to the same; return what became of the headers.

    Raises:
        AssertionError: they differ.
    """
    record = Record("oms.order", 0, 1, 1_790_000_000_000, b"k", b"v", headers)
    try:
        wanted = read_slowly(record)
    except DecodeError as error:
        expected = str(error)
        assert _refusal(record) == expected, headers
        return "refused"
    found = read_attributes(record)
    assert found == wanted, (headers, found, wanted)
    assert core is not None
    return "left to Python" if core.heads(headers) is None else "the same"


def _refusal(record: Record) -> str:
    try:
        read_attributes(record)
    except DecodeError as error:
        return str(error)
    return "read"
