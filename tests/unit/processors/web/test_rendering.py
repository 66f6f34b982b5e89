"""What pages never hold: characters that nobody sees, or that turn others around."""

import pytest

from processors.web.rendering import seen


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x00b", "a\\x00b"),
        ("no\x1b[31m", "no\\x1b[31m"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("9\u202e99\u2066", "9\\u202e99\\u2066"),
        ("a\tb\r\nc", "a\tb\r\nc"),
        ("Zürich שלום \u200f 🛒", "Zürich שלום \u200f 🛒"),
    ],
)
def test_what_nobody_would_see_is_an_escape(raw: str, shown: str) -> None:
    """Whatever is text stays, and marks that a language needs, too."""
    assert seen(raw) == shown
