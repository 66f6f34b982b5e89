"""Bytes for people."""

from collections.abc import Iterator

_WIDTH = 16


def hexdump(data: bytes, most: int) -> Iterator[str]:
    """Yield the lines of a dump: place, bytes, and what of them is ASCII text."""
    for start in range(0, min(len(data), most), _WIDTH):
        row = data[start : min(start + _WIDTH, most)]
        text = "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in row)  # noqa: PLR2004 - visible ASCII
        yield f"{start:08x}  {row.hex(' '):{3 * _WIDTH - 1}}  |{text}|"
    if len(data) > most:
        yield f"… {len(data) - most} bytes more"
