"""Encryption keys: read, made, refused."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.subscriptions.keys import Keys, make_key_file, parse_keys, read_key_file

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


def text(key: bytes) -> str:
    """A key as it is written."""
    return base64.b64encode(key).decode()


def test_the_first_key_seals_and_all_open() -> None:
    """Several keys, with commas or lines between, make a rotation."""
    assert parse_keys(f"{text(TWO)}, {text(ONE)}\n").sealing == TWO
    assert parse_keys(f"{text(TWO)}\n{text(ONE)}\n").all == (TWO, ONE)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "expected a key"),
        (" ,\n", "expected a key"),
        ("hush!", "key 1 is not base64"),
        ("ümlaut", "key 1 is not base64"),
        (f"{text(ONE)},aHVzaA==", "key 2 has 4 bytes, expected 32"),
    ],
)
def test_a_wrong_key_is_refused_without_showing_it(given: str, why: str) -> None:
    """The error names the variable and the key's place, never the key."""
    with pytest.raises(ConfigurationError, match=why) as caught:
        parse_keys(given)
    assert str(caught.value).startswith("ORDERBUS_ENCRYPTION_KEY")
    assert "hush" not in str(caught.value)
    assert text(ONE) not in str(caught.value)


def test_keys_are_not_shown() -> None:
    """Printing the keys prints none."""
    assert repr(Keys((ONE,))) == "Keys()"


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The file has mode 0600 and is read, not made anew, the next time."""
    path = tmp_path / "data" / "encryption.key"
    made = make_key_file(path, lambda _: ONE)
    assert made.all == (ONE,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert make_key_file(path, lambda _: TWO).all == (ONE,)
    assert [p.name for p in path.parent.iterdir()] == ["encryption.key"]


def test_processes_that_make_it_at_once_end_with_the_same_key(tmp_path: Path) -> None:
    """Who comes second takes the first one's key."""
    path = tmp_path / "encryption.key"

    def first_is_faster(_: int) -> bytes:
        make_key_file(path, lambda _: ONE)
        return TWO

    assert make_key_file(path, first_is_faster).all == (ONE,)


def test_many_at_once(tmp_path: Path) -> None:
    """Whoever wins, all have one key."""
    path = tmp_path / "encryption.key"
    keys = iter(bytes([n]) * 32 for n in range(8))

    def make(_: int) -> Keys:
        return make_key_file(path, lambda _: next(keys))

    with ThreadPoolExecutor(8) as pool:
        assert len({made.all for made in pool.map(make, range(8))}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """It says what to do: chmod 600."""
    path = tmp_path / "encryption.key"
    path.write_text(text(ONE))
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=f"chmod 600 {path}"):
        read_key_file(path)


def unreadable(path: Path) -> None:
    """Put a folder where the file should be."""
    path.mkdir()


def nothing(_: Path) -> None:
    """Put nothing there."""


def not_a_key(path: Path) -> None:
    """Put a file there that holds no key."""
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)


@pytest.mark.parametrize("arrange", [unreadable, nothing, not_a_key])
def test_an_unusable_file_is_named(
    tmp_path: Path, arrange: Callable[[Path], None]
) -> None:
    """A missing, unreadable or foreign file is a clear error."""
    path = tmp_path / "encryption.key"
    arrange(path)
    with pytest.raises(ConfigurationError, match=r"encryption\.key"):
        read_key_file(path)


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A folder that cannot be made is a clear error, too."""
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot make"):
        make_key_file(tmp_path / "data" / "encryption.key", lambda _: ONE)
