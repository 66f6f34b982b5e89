"""The receiver as a program of its own."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest


@pytest.fixture
def program() -> Iterator[subprocess.Popen[str]]:
    """A receiver process."""
    with subprocess.Popen(
        [sys.executable, "-m", "processors.receiver", "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        yield started
        started.kill()


def test_tells_its_port_and_ends_with_its_parent(
    program: subprocess.Popen[str],
) -> None:
    """It says where it is in one line of JSON, and stops when its input ends."""
    assert program.stdout is not None
    assert program.stdin is not None
    told = json.loads(program.stdout.readline())
    with urllib.request.urlopen(f"{told['url']}_counts", timeout=10) as answer:  # noqa: S310 - http on loopback
        assert json.load(answer)["requests"] == 0

    program.stdin.close()

    assert program.wait(10) == 0


def test_port_in_use(program: subprocess.Popen[str]) -> None:
    """A port that is taken is one clear line and a failure."""
    assert program.stdout is not None
    port = json.loads(program.stdout.readline())["port"]

    second = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "processors.receiver", "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1
    assert "cannot listen" in second.stderr
