"""Files packed by gzip, unpacked to a bound: a small one may hold a great deal."""

import zlib

_GZIP = 16 + zlib.MAX_WBITS
_ENDING = ".gz"


class TooLongError(Exception):
    """What is packed has more bytes than it may."""


def is_packed(name: str) -> bool:
    """Whether a file of this name is packed."""
    return name.lower().endswith(_ENDING) and len(name) > len(_ENDING)


def inner_name(name: str) -> str:
    """What a file is called once it is unpacked."""
    return name[: -len(_ENDING)] if is_packed(name) else name


def unpacked(content: bytes, most: int) -> bytes:
    """What is packed in it, members one after the other (RFC 1952).

    Raises:
        TooLongError: it has more than `most` bytes.
        ValueError: it is not packed by gzip, or breaks off.
    """
    found = bytearray()
    rest = content
    while rest:
        member = zlib.decompressobj(_GZIP)
        try:
            found += member.decompress(rest, most - len(found) + 1)
        except zlib.error:
            raise ValueError("not packed by gzip, or damaged") from None
        if len(found) > most:
            raise TooLongError
        if not member.eof:
            raise ValueError("packed by gzip, and breaks off")
        rest = member.unused_data.lstrip(b"\0")  # some fill their blocks
    return bytes(found)
