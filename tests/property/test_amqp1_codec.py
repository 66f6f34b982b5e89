"""AMQP 1.0's bytes, both ways, and whatever a stranger sends instead.

What is read is compared with an encoder of the test's own, which writes each value in
any of the ways that the standard has for it.
"""

import contextlib
import struct
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bus.adapters.amqp1 import codec
from bus.adapters.amqp1.codec import Described, Garbled, Reader, Symbol
from bus.adapters.amqp1.envelope import read
from bus.adapters.amqp1.frames import HEAD_BYTES, transfers
from bus.adapters.amqp1.said import Transfer, parse

SLOW = settings(suppress_health_check=[HealthCheck.too_slow])
"""Values are drawn in many ways; on a busy machine that takes seconds."""
Both = tuple[object, bytes]
"""A value, and one way of writing it."""


def number(form: str, *codes: int) -> st.SearchStrategy[Both]:
    """Numbers of a width."""
    size = struct.calcsize(form) * 8
    low = -(2 ** (size - 1)) if form.islower() else 0
    numbers = st.integers(low, low + 2**size - 1)
    return st.tuples(numbers, st.sampled_from(codes)).map(
        lambda made: (made[0], struct.pack(f">B{form}", made[1], made[0]))
    )


def sized(code: int, data: bytes, *, wide: bool) -> bytes:
    """Bytes with how many they are."""
    if wide or len(data) > 255:
        return struct.pack(">BI", code | 0x10, len(data)) + data
    return struct.pack(">BB", code, len(data)) + data


def text(
    code: int, values: st.SearchStrategy[object], made: Callable[[object], bytes]
) -> st.SearchStrategy[Both]:
    """Texts and bytes, in both widths."""
    return st.tuples(values, st.booleans()).map(
        lambda pair: (pair[0], sized(code, made(pair[0]), wide=pair[1]))
    )


PLAIN: st.SearchStrategy[Both] = st.one_of(
    st.sampled_from(
        [
            *((None, b"\x40"), (True, b"\x41"), (False, b"\x42")),
            *((True, b"\x56\x01"), (False, b"\x56\x00"), (0, b"\x43"), (0, b"\x44")),
        ]
    ),
    number("B", 0x50, 0x52, 0x53),
    number("b", 0x51, 0x54, 0x55),
    number("H", 0x60),
    number("h", 0x61),
    number("I", 0x70),
    number("i", 0x71),
    number("Q", 0x80),
    number("q", 0x81, 0x83),
    st.floats(allow_nan=False).map(lambda x: (x, struct.pack(">Bd", 0x82, x))),
    st.characters(codec="utf-8").map(lambda c: (c, struct.pack(">BI", 0x73, ord(c)))),
    st.uuids().map(lambda made: (made, b"\x98" + made.bytes)),
    text(0xA0, st.binary(max_size=30) | st.just(b"x" * 300), bytes),  # type: ignore[arg-type]
    text(0xA1, st.text(max_size=30), lambda made: str(made).encode()),
    text(
        0xA3,
        st.text(st.characters(codec="ascii"), max_size=30).map(Symbol),
        lambda made: str(made).encode(),
    ),
)


def compound(code: int, parts: list[bytes], *, wide: bool) -> bytes:
    """A list or map."""
    data = b"".join(parts)
    if wide or len(data) > 254 or len(parts) > 255:
        head = struct.pack(">BII", code | 0x10, len(data) + 4, len(parts))
    else:
        head = struct.pack(">BBB", code, len(data) + 1, len(parts))
    return head + data


def as_list(items: list[Both], wide: bool) -> Both:  # noqa: FBT001 - drawn
    """A list."""
    return [one for one, _ in items], compound(0xC0, [b for _, b in items], wide=wide)


def as_map(pairs: list[tuple[Both, Both]], wide: bool) -> Both:  # noqa: FBT001 - drawn
    """A map; of a key that is there twice the last value stays."""
    value = {key[0]: item[0] for key, item in pairs}
    return value, compound(0xC1, [b for p in pairs for _, b in p], wide=wide)


VALUES: st.SearchStrategy[Both] = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(as_list, st.lists(inner, max_size=5), st.booleans()),
        st.builds(as_map, st.lists(st.tuples(PLAIN, inner), max_size=5), st.booleans()),
        st.tuples(PLAIN, inner).map(
            lambda two: (Described(two[0][0], two[1][0]), b"\0" + two[0][1] + two[1][1])
        ),
    ),
    max_leaves=12,
)


@SLOW
@given(VALUES)
def test_whatever_is_written_is_read(both: Both) -> None:
    """In each way that the standard has for it, to the last byte."""
    value, data = both
    reader = Reader(data + b"\x40")
    assert reader.value() == value
    assert reader.at == len(data)
    assert reader.rest == b"\x40"


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=400),
    st.text(max_size=400),
)
def test_what_we_write_is_read(
    small: int, large: int, signed: int, data: bytes, shown: str
) -> None:
    """A list of all that we write comes back as it was."""
    parts = [
        *(codec.NULL, codec.TRUE, codec.FALSE),
        *(codec.uint(small), codec.ulong(large), codec.timestamp(signed)),
        *(codec.binary(data), codec.string(shown), codec.symbol("amqp:x")),
        *(codec.map_({shown: codec.ubyte(7)}), codec.list_([])),
        *(codec.ushort(small & 0xFFFF), codec.composite(0x24, codec.NULL)),
    ]
    assert Reader(codec.list_(parts)).value() == [
        *(None, True, False, small, large, signed, data, shown, Symbol("amqp:x")),
        *({shown: 7}, [], small & 0xFFFF, Described(0x24, [])),
    ]


@given(st.binary(max_size=300))
def test_noise(data: bytes) -> None:
    """Whatever comes is a value or `Garbled`, for frames and messages likewise."""
    for what in (lambda: Reader(data).value(), lambda: parse(data), lambda: read(data)):
        with contextlib.suppress(Garbled):
            what()


@SLOW
@given(VALUES, st.data())
def test_a_changed_byte(both: Both, data: st.DataObject) -> None:
    """Nor does a byte that is another one do more than that."""
    _, whole = both
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytes([data.draw(st.integers(0, 255))])
    for code in (0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x40, 0x44):
        frame = b"\0\x53" + bytes([code]) + whole[:at] + changed + whole[at + 1 :]
        with contextlib.suppress(Garbled):
            parse(frame)


@SLOW
@given(VALUES, st.data())
def test_what_breaks_off(both: Both, data: st.DataObject) -> None:
    """Is never taken for a whole value."""
    _, whole = both
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(Garbled):
        Reader(cut).value()


@given(st.binary(max_size=5_000), st.integers(512, 2_000), st.integers(0, 2**32 - 1))
def test_frames_of_a_message(message: bytes, most: int, number: int) -> None:
    """Its pieces are the message; no frame is larger than may be, none is empty."""
    made = list(transfers(number, message, most))
    assert b"".join(piece for _, piece in made) == message
    assert all(HEAD_BYTES + len(a) + len(b) <= most for a, b in made)
    assert all(piece for _, piece in made) or made == [(made[0][0], b"")]
    said = [parse(head)[0] for head, _ in made]
    assert [one.more for one in said if isinstance(one, Transfer)] == [
        *[True] * (len(made) - 1),
        False,
    ]
    assert [one.number for one in said if isinstance(one, Transfer)] == [
        number,
        *[None] * (len(made) - 1),
    ]
    for before, after in pairwise(made):
        assert len(before[1]) <= len(after[1]) + most
