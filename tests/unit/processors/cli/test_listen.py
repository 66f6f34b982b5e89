"""`bus listen` as a user starts it: its options, its end, its exit codes."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bus.webhook.signing import generate_secret, public_key
from processors.cli.main import app
from tests.support.heard import BODY, SECRET, signed_headers
from tests.support.pace import patience

BUS = [sys.executable, "-m", "processors.cli", "listen"]
Started = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts a listener on a free port; gives it and its URL."""
    running: list[subprocess.Popen[str]] = []

    def start(*options: str, **variables: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*BUS, "--port", "0", "--json", *options],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())["listening"]

    yield start
    for process in running:
        with process:
            process.kill()


def post(url: str) -> int:
    """The status that a webhook signed now is answered; 0: none."""
    headers = signed_headers(int(datetime.now(UTC).timestamp()))
    request = urllib.request.Request(url, BODY, headers)  # noqa: S310 - http on loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def refused(*words: str, **variables: str) -> str:
    """Why wrong usage is refused."""
    done = CliRunner().invoke(app, ["listen", *words], env=variables)
    assert done.exit_code == 2, done.output
    return " ".join(done.output.split())


def test_as_many_as_were_wished_for(started: Started, tmp_path: Path) -> None:
    """Verified with the secret of a file, answered in turn, kept, summed up."""
    file = tmp_path / "secret"
    file.write_text(f"# acme\n{SECRET}\n")
    keep = tmp_path / "inbox"
    process, url = started(
        *("--secret-file", str(file), "--answer", "500,200"),
        *("--keep", str(keep), "--count", "2"),
    )
    assert [post(url), post(url)] == [500, 200]
    out, err = process.communicate(timeout=patience(20))
    first, second, summary = map(json.loads, out.splitlines())
    assert (process.returncode, err) == (0, "")
    assert [first["verified"], first["attempt"], second["attempt"]] == [True, 1, 2]
    assert summary["webhooks"] == summary["kept"] == len(list(keep.iterdir())) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_when_asked(started: Started, number: int) -> None:
    """With exit code 0 and a sum, also while somebody hangs on it."""
    process, url = started("--answer", "hang", WEBHOOK_SECRET=SECRET)
    host, port = url.removeprefix("http://").strip("/").split(":")
    with socket.create_connection((host, int(port))) as hanging:
        hanging.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        assert hanging.recv(100).startswith(b"HTTP/1.1 401 ")
        process.send_signal(number)
        out, err = process.communicate(timeout=patience(20))
    assert (process.returncode, err) == (0, "")
    assert json.loads(out.splitlines()[-1])["not_verified"] == 1


def test_who_stops_reading_ends_it(started: Started) -> None:
    """As `bus listen --json | head -1` does; without a word."""
    process, url = started()
    assert process.stdout is not None
    process.stdout.close()
    with contextlib.suppress(OSError):
        post(url)
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(patience(20)) == 0


def test_a_port_that_is_taken(started: Started) -> None:
    """Said with the port, and what to do."""
    _, url = started()
    port = url.rpartition(":")[2].strip("/")
    said = refused("--port", port)
    assert f"--port: cannot listen on 127.0.0.1:{port}" in said
    assert "choose another port" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--answer", "maybe"], "'maybe' is no answer; expected 200 to 599, hang"),
        (["--secret-file", "/nowhere"], "/nowhere: No such file or directory"),
        (["--secret-file", __file__], "secrets; at most 10"),
        (["--keep", "/dev/null/x"], "--keep /dev/null/x: Not a directory"),
        (["--port", "0", "--forward", "ftp://x/"], "ftp://x/: expected an http or"),
        (["replay", "/nowhere", "http://x/"], "/nowhere is no folder; `bus listen"),
        (["--count", "0"], "greater than or equal to 1"),
    ],
)
def test_wrong_usage(words: list[str], why: str) -> None:
    """One sentence that says what was expected; exit code 2."""
    assert why in refused(*words)


def test_a_wrong_secret_is_never_repeated() -> None:
    """It is said of the variable."""
    said = refused(WEBHOOK_SECRET="whsec_c2hvcnQ")  # noqa: S106 - an example
    assert "WEBHOOK_SECRET: " in said
    assert "c2hvcnQ" not in said


def test_kept_ones_replayed(started: Started, tmp_path: Path) -> None:
    """Signed anew with the secret: 0; as they came, to a wrong secret: 1."""
    process, url = started(
        "--keep", str(tmp_path), "--count", "1", WEBHOOK_SECRET=SECRET
    )
    assert post(url) == 200
    process.communicate(timeout=patience(20))
    other = generate_secret(bytes(range(40)))
    for secret, code in ((SECRET, 0), (other, 1)):
        _, url = started(WEBHOOK_SECRET=secret)
        done = CliRunner().invoke(
            app,
            ["listen", "replay", str(tmp_path), url, "--json"],
            env={"WEBHOOK_SECRET": SECRET},
        )
        assert done.exit_code == code, done.output
        one, summary = map(json.loads, done.output.splitlines())
        assert one["status"] == (200 if code == 0 else 401)
        assert summary == {"accepted": 1 - code, "of": 1, "signed_anew": True}


def test_a_public_key_signs_nothing(tmp_path: Path) -> None:
    """It is refused for a replay."""
    (tmp_path / "one.http").write_bytes(b"POST / HTTP/1.1\r\n\r\n")
    public = public_key(generate_secret(bytes(range(32)), "v1a"))
    words = ["replay", str(tmp_path), "http://127.0.0.1:9/"]
    assert "cannot sign anew" in refused(*words, WEBHOOK_SECRET=public)
