"""Who wrote a record that nobody could decode, as it says itself."""

import pytest

from bus.delivery.senders import MOST_CHARS, sender_of
from bus.record import Headers, Record


@pytest.mark.parametrize(
    ("headers", "value", "said"),
    [
        ((), None, ""),
        ((), b"\0\0\0\0Mjunk", ""),
        ((("ce_source", b"/oms/web"),), b"junk", "/oms/web"),
        ((("ce_source", b"/first"), ("ce_source", b"/last")), None, "/last"),
        ((("ce_source", None),), None, ""),
        ((("ce_source", b"\xff"),), None, "\\xff"),
        ((("ce_source", b"x" * 999),), None, "x" * MOST_CHARS),
        ((), b'{"source": "/oms/app", "data": 1}', "/oms/app"),
        ((), b'{"source": 7}', ""),
        ((), b'{"source": "/oms/app"', ""),
        ((("ce_source", b"/oms/web"),), b'{"source": "/oms/app"}', "/oms/web"),
    ],
)
def test_header_first_then_envelope(
    headers: Headers, value: bytes | None, said: str
) -> None:
    """Nothing in a record can make it fail."""
    assert sender_of(Record("oms.order", 0, 1, 0, None, value, headers)) == said
