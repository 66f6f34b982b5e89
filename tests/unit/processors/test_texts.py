"""A file that somebody names is read as text, or it is said why not."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.texts import text_in


def test_text_of_any_system_is_read(tmp_path: Path) -> None:
    """Windows puts a mark before it and ends lines its own way."""
    (tmp_path / "windows.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n1,\xc3\xbc\r\n")
    assert text_in("windows.csv", tmp_path) == "a,b\n1,ü\n"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("none", "none: No such file"),
        ("folder", "folder: Is a directory"),
        ("bytes", "bytes is not text in UTF-8: byte 3"),
        ("long", "long is larger than 9 bytes"),
        ("nul\0", "null byte"),
        ("~nobody-of-that-name/x", "~nobody-of-that-name/x: "),
    ],
)
def test_what_is_none_is_said(named: str, said: str, tmp_path: Path) -> None:
    """With its name, however odd that is."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"ab\xff")
    (tmp_path / "long").write_bytes(b"x" * 10)
    with pytest.raises(ConfigurationError) as caught:
        text_in(named, tmp_path, most=9)
    assert said in str(caught.value)
