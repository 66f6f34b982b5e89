"""What `bus` was started with, streams and words, never ends in a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest


def bus(line: str) -> subprocess.CompletedProcess[bytes]:
    """Run it by a shell, as what is tried is how a shell starts it."""
    command = f'"{sys.executable}" -m processors.cli {line}'
    return subprocess.run(  # noqa: S602 - the streams are a shell's
        command, shell=True, capture_output=True, check=False
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (b"config breaker >/dev/full", 1, b"No space left"),
        (b"--version >/dev/full", 1, b"No space left"),
        (b"config breaker >&-", 0, b""),
        (b"config breaker <&- >&- 2>&-", 0, b""),
        (b"rules check - <&-", 2, b""),
        (b"trace \xff", 2, b"argument 2 is not UTF-8: b'\\xff'"),
    ],
)
def test_says_it_in_a_line(line: bytes, code: int, said: bytes) -> None:
    """With an exit code that is documented."""
    ended = bus(line.decode(errors="surrogateescape"))
    assert (ended.returncode, ended.stderr.count(b"\n") <= 1) == (code, True)
    assert said in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Whatever command it is."""
    (tmp_path / "order.json").write_text('{"id": "1"}')
    folder = tmp_path / (300 * "x")
    ended = bus(f"channels new shop {tmp_path}/order.json --folder {folder}")
    assert ended.returncode == 1
    assert ended.stderr.decode() == f"bus: {folder}/shop: File name too long\n"
