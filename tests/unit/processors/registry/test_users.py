"""The registry's users: a file that lets nobody in who reads it."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.registry.users import Users, line_of

LINE = line_of("me", "hünter2", bytes(16))


async def test_a_line_knows_its_password_and_no_other() -> None:
    """Asked twice, as the second answer is remembered."""
    users = Users.parse(f"# who\n\n{LINE}\n")
    for _ in range(2):
        assert await users.know("me", "hünter2")
        assert not await users.know("me", "hünter")
        assert not await users.know("you", "hünter2")
        assert not await users.know("", "")
    assert "hünter2" not in LINE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nobody"),
        ("me:secret", "line 1"),
        (f"{LINE}\n{LINE}", "twice"),
        (LINE[:-1], "expected name:scrypt"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, text: str, why: str
) -> None:
    """With the line, and nothing that stands in it."""
    path = tmp_path / "users"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=why) as caught:
        Users.read(path)
    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """Not there, or not text."""
    with pytest.raises(ConfigurationError, match="No such file"):
        Users.read(tmp_path / "users")
    (tmp_path / "users").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        Users.read(tmp_path / "users")


@pytest.mark.parametrize("name", ["", "a:b", "a b", "x" * 65, "#me"])
def test_a_name_fits_its_line(name: str) -> None:
    """What could not be read back is refused."""
    with pytest.raises(ConfigurationError, match="name"):
        line_of(name, "p", bytes(16))
