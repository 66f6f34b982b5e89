"""What strangers send as AMQP 1.0 costs no more than its bytes."""

import struct

import pytest

from bus.adapters.amqp1.codec import DEEPEST, Described, Garbled, Reader, Symbol


def nested(code: bytes, times: int) -> bytes:
    """A value in a value in a value."""
    data = b"\x40"
    for _ in range(times):
        data = code + struct.pack(">II", len(data) + 4, 1) + data
    return data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (nested(b"\xd0", DEEPEST + 1), "deeply"),
        (nested(b"\xd0", 5_000), "deeply"),
        (b"\x00" * 5_000, "deeply"),
        (b"\xf0" + struct.pack(">II", 4_004, 1) + b"\x00\x40" * 2_000, "deeply"),
        # Billions of values of no byte each, in a few bytes.
        (b"\xf0" + struct.pack(">IIB", 5, 2**32 - 1, 0x40), "more values"),
        (b"\xe0\x02\xff\x45", "more values"),
        (b"\xc0\x0d\x03" + b"\xe0\x02\x3c\x40" * 3, "more values"),
        (b"\xd0" + struct.pack(">II", 4, 2**31), "more values"),
        (b"\xb0" + struct.pack(">I", 2**32 - 1) + b"x", "breaks off"),
        (b"", "breaks off"),
        (b"\xc0\x05\x01\x40", "longer"),
        (b"\xc0\x03\x01\x40\x40", "another length"),
        (b"\xc1\x02\x01\x40", "key without"),
        (b"\xc1\x03\x02\x45\x40", "no plain value"),
        (b"\x56\x02", "type 0x56"),
        (b"\x73\x00\x11\x00\x00", "type 0x73"),
        (b"\xa1\x01\xff", "type 0xa1"),
        (b"\xa3\x01\xff", "type 0xa3"),
        (b"\x01", "no type"),
        (b"\xc5\x01\x00", "no type"),
    ],
)
def test_bounds(data: bytes, why: str) -> None:
    """Nothing is read that is too deep, too many, too long, or is not there."""
    with pytest.raises(Garbled, match=why):
        Reader(data).value()


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xe0\x08\x02\xa3\x01a\x04EXTR", ["a", "EXTR"]),
        (b"\xe0\x05\x03\x00\x53\x07\x43", [Described(7, 0)] * 3),
        (b"\xe0\x04\x02\x41\x41\x41"[:4], [True, True]),
        (b"\x00\xa3\x04a:bc\x45", Described(Symbol("a:bc"), [])),
        (b"\x74abcd", b"abcd"),
        (nested(b"\xd0", 1), [None]),
    ],
)
def test_odd_values(data: bytes, value: object) -> None:
    """Arrays have one constructor, which may have a descriptor; decimals are bytes."""
    if data[:1] == b"\xe0":
        data = data[:1] + bytes([len(data) - 2]) + data[2:]
    assert Reader(data).value() == value
