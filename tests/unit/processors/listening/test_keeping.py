"""What is kept is there as it came, and comes back the same."""

import stat
from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.listening.keeping import Keep, read_kept
from tests.support.heard import heard

ODD = b'{"a": "\xff\r\n\r\n"}'


def test_there_and_back(tmp_path: Path) -> None:
    """Every byte of the body, every header; in the order in which they came."""
    keep = Keep(tmp_path / "in" / "box")
    headers = {b"webhook-id": b"e-1", b"x": b"a: b", b"empty": b""}
    for attempt in range(1, 13):
        assert keep.write(heard(headers=headers, body=ODD, attempt=attempt))
    kept = list(read_kept(tmp_path / "in" / "box"))
    assert len(kept) == keep.count == 12
    assert {one.body for one in kept} == {ODD}
    assert kept[0].headers == headers
    attempts = [one.file.stem.rpartition("-")[2] for one in kept]
    assert attempts == [str(n) for n in range(1, 13)]


def test_for_their_owner_alone(tmp_path: Path) -> None:
    """Headers may hold credentials."""
    keep = Keep(tmp_path / "inbox")
    file = keep.write(heard())
    assert file is not None
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "inbox").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\x00b", "é" * 500, ""])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    """Whatever a sender calls its event and its id."""
    file = Keep(tmp_path).write(heard(type=name, id=name))
    assert file is not None
    assert Path(file).parent == tmp_path
    assert Path(file).name.isascii()
    assert len(Path(file).name) < 150


def test_until_there_is_enough(tmp_path: Path) -> None:
    """By count and by bytes; what had no room is counted."""
    few = Keep(tmp_path / "few", most=1)
    assert few.write(heard())
    assert few.write(heard()) is None
    small = Keep(tmp_path / "small", most_bytes=10)
    assert small.write(heard()) is None
    assert (few.count, few.lost, small.count, small.lost) == (1, 1, 0, 1)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """Said of the option; and nothing to replay of what the folder is."""
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ConfigurationError, match=r"--keep .*file"):
        Keep(file)
    with pytest.raises(ConfigurationError, match="is no folder"):
        list(read_kept(file))
    with pytest.raises(ConfigurationError, match="holds no kept request"):
        list(read_kept(tmp_path))


@pytest.mark.parametrize("content", [b"", b"GET / HTTP/1.1\r\n\r\n", b"POST / \r\n"])
def test_a_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    """Named."""
    (tmp_path / "one.http").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"one\.http is no kept request"):
        list(read_kept(tmp_path))


def test_what_an_earlier_run_left_counts(tmp_path: Path) -> None:
    """A receiver that is started again and again fills no disk."""
    for _ in range(3):
        keep = Keep(tmp_path, most=2)
        for _ in range(2):
            keep.write(heard())
    assert len(list(tmp_path.iterdir())) == 2
    assert (keep.count, keep.lost) == (0, 2)


def test_some_of_the_disk_is_left_to_others(tmp_path: Path) -> None:
    """However much was asked to be kept."""
    keep = Keep(tmp_path, spare_bytes=2**62)
    assert keep.write(heard()) is None
    assert keep.lost == 1
