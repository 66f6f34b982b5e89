"""AMQP 1.0's types as bytes and back (OASIS AMQP 1.0, part 1: types).

What strangers send is read within bounds: nothing is deeper than `DEEPEST`, there are
no more values than bytes, and whatever does not fit is `Garbled`, nothing else.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

DEEPEST = 16
_SLACK = 64
"""Values that may be there beside one a byte: some take no byte in an array."""
_SHORT = 0xFF
_HASHABLE = (str, bytes, int, float, bool, UUID, type(None))


class Garbled(Exception):  # noqa: N818 - it is what came
    """What came is no AMQP 1.0; says what is wrong."""


class Symbol(str):
    """A name of the protocol's own, in ASCII."""

    __slots__ = ()


class Described(NamedTuple):
    """A value, and what says of which type it is."""

    descriptor: object
    value: object


# --- writing: each gives the bytes of one value, with its constructor

NULL, TRUE, FALSE = b"\x40", b"\x41", b"\x42"


def boolean(value: bool) -> bytes:  # noqa: FBT001 - the value itself
    """A boolean."""
    return TRUE if value else FALSE


def ubyte(number: int) -> bytes:
    """A number of 8 bits."""
    return struct.pack(">BB", 0x50, number)


def ushort(number: int) -> bytes:
    """A number of 16 bits."""
    return struct.pack(">BH", 0x60, number)


def uint(number: int) -> bytes:
    """A number of 32 bits."""
    if not number:
        return b"\x43"
    if number <= _SHORT:
        return struct.pack(">BB", 0x52, number)
    return struct.pack(">BI", 0x70, number)


def ulong(number: int) -> bytes:
    """A number of 64 bits."""
    if not number:
        return b"\x44"
    if number <= _SHORT:
        return struct.pack(">BB", 0x53, number)
    return struct.pack(">BQ", 0x80, number)


def timestamp(ms: int) -> bytes:
    """Milliseconds since 1970, with a sign."""
    return struct.pack(">Bq", 0x83, ms)


def binary(data: bytes) -> bytes:
    """Bytes."""
    return _variable(0xA0, data)


def string(text: str) -> bytes:
    """A text; what is no Unicode in it is replaced."""
    return _variable(0xA1, text.encode("utf-8", "replace"))


def symbol(name: str) -> bytes:
    """A name of the protocol's own; what is not ASCII is replaced."""
    return _variable(0xA3, name.encode("ascii", "replace"))


def list_(items: Sequence[bytes]) -> bytes:
    """A list of values that are bytes already."""
    return _compound(0xC0, items) if items else b"\x45"


def map_(pairs: Mapping[str, bytes]) -> bytes:
    """A map from texts."""
    return _compound(0xC1, [part for k, v in pairs.items() for part in (string(k), v)])


def described(code: int, value: bytes) -> bytes:
    """A value of the standard's own types, which have numbers."""
    return b"\x00" + ulong(code) + value


def composite(code: int, *fields: bytes) -> bytes:
    """A list with named places; nothing is written for what is null at its end."""
    many = len(fields)
    while many and fields[many - 1] == NULL:
        many -= 1
    return described(code, list_(fields[:many]))


def _variable(code: int, data: bytes) -> bytes:
    if len(data) <= _SHORT:
        return struct.pack(">BB", code, len(data)) + data
    return struct.pack(">BI", code | 0x10, len(data)) + data


def _compound(code: int, items: Sequence[bytes]) -> bytes:
    data = b"".join(items)
    if len(data) < _SHORT and len(items) <= _SHORT:
        return struct.pack(">BBB", code, len(data) + 1, len(items)) + data
    return struct.pack(">BII", code | 0x10, len(data) + 4, len(items)) + data


# --- reading

_CONSTANTS: Mapping[int, object] = {
    0x40: None,
    0x41: True,
    0x42: False,
    **dict.fromkeys((0x43, 0x44), 0),
}
_FIXED: Mapping[int, struct.Struct] = {
    code: struct.Struct(f">{form}")
    for form, codes in {
        "B": (0x50, 0x52, 0x53, 0x56),
        "b": (0x51, 0x54, 0x55),
        "H": (0x60,),
        "h": (0x61,),
        "I": (0x70, 0x73),
        "i": (0x71,),
        "Q": (0x80,),
        "q": (0x81, 0x83),
        "f": (0x72,),
        "d": (0x82,),
        "4s": (0x74,),
        "8s": (0x84,),
        "16s": (0x94, 0x98),  # decimals, and UUIDs
    }.items()
    for code in codes
}
_VARIABLE: Mapping[int, Callable[[bytes], object]] = {
    0xA0: bytes,
    0xA1: lambda data: data.decode(),
    0xA3: lambda data: Symbol(data.decode("ascii")),
}
_LISTS, _MAPS, _ARRAYS, _WIDE = 0xC0, 0xC1, 0xE0, 0x10
_EMPTY_LIST = 0x45


class Reader:
    """Reads values one after the other; `at` is where it is."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        self._left = len(data) + _SLACK

    @property
    def ended(self) -> bool:
        """Whether all is read."""
        return self.at >= len(self._data)

    @property
    def rest(self) -> bytes:
        """What has not been read."""
        return self._data[self.at :]

    def value(self, depth: int = 0) -> object:
        """The next value: None, a number, str, bytes, Symbol, UUID, list or dict.

        Raises:
            Garbled: it is none.
        """
        if depth > DEEPEST:
            raise Garbled("it is nested too deeply")
        code = self._number(1)
        if code == 0:
            return Described(self.value(depth + 1), self.value(depth + 1))
        return self._of(code, depth)

    def _of(self, code: int, depth: int) -> object:
        """A value whose constructor has been read."""
        self._left -= 1
        if self._left < 0:
            raise Garbled("there are more values than bytes")
        if code in _CONSTANTS:
            return _CONSTANTS[code]
        if code == _EMPTY_LIST:
            return []
        try:
            if (form := _FIXED.get(code)) is not None:
                return _made(code, form.unpack(self._take(form.size))[0])
            width = 4 if code & _WIDE else 1
            if (read := _VARIABLE.get(code & ~_WIDE)) is not None:
                return read(self._take(self._number(width)))
        except (ValueError, OverflowError):
            raise Garbled(f"it is no value of the type {code:#04x}") from None
        return self._many(code & ~_WIDE, width, depth)

    def _many(self, code: int, width: int, depth: int) -> object:
        if code not in {_LISTS, _MAPS, _ARRAYS}:
            raise Garbled(f"there is no type {code:#04x}")
        size = self._number(width)
        end = self.at + size
        count = self._number(width)
        if end > len(self._data):
            raise Garbled("it is longer than what came")
        if count > self._left:
            raise Garbled("there are more values than bytes")
        if code == _ARRAYS:
            found = self._array(count, depth)
        else:
            found = [self.value(depth + 1) for _ in range(count)]
        if self.at != end:
            raise Garbled("it has another length than it says")
        return _map(found) if code == _MAPS else found

    def _array(self, count: int, depth: int) -> list[object]:
        """Values of one constructor, which is read once and may have a descriptor."""
        descriptors: list[object] = []
        while (code := self._number(1)) == 0:
            descriptors.insert(0, self.value(depth + 1))
            if len(descriptors) > DEEPEST:
                raise Garbled("it is nested too deeply")
        if depth >= DEEPEST:
            raise Garbled("it is nested too deeply")
        found = []
        for _ in range(count):
            item = self._of(code, depth + 1)
            for descriptor in descriptors:
                item = Described(descriptor, item)
            found.append(item)
        return found

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self._data):
            raise Garbled("it breaks off")
        found = self._data[self.at : end]
        self.at = end
        return found


def _map(items: Sequence[object]) -> dict[object, object]:
    if len(items) % 2:
        raise Garbled("a map has a key without a value")
    if not all(isinstance(key, _HASHABLE) for key in items[::2]):
        raise Garbled("a map has a key that is no plain value")
    return dict(zip(items[::2], items[1::2], strict=True))


def _made(code: int, found: object) -> object:
    """The value of a number, where it is none. Raises ValueError."""
    match code, found:
        case 0x56, 0 | 1:
            return bool(found)
        case 0x56, _:
            raise ValueError
        case 0x73, int():
            return chr(found)
        case 0x98, bytes():
            return UUID(bytes=found)
        case _:
            return found
