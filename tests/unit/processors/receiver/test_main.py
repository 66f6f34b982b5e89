"""The receiver as a program of its own."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook


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


def test_says_what_is_signed() -> None:
    """With a secret it verifies each webhook, answers 401 to others, and says so."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - an example
    now = datetime.now(UTC)
    body = '{"type":"order.created","order_id":"SO-1"}'
    signed = {
        "webhook-id": "e-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("e-1", now, body),
        "content-type": "application/json",
    }
    program = [sys.executable, "-m", "processors.receiver", "--until-eof"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*program, "--secret", secret],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        url = json.loads(running.stdout.readline())["url"]
        answers = [
            _post(url, body, signed),
            _post(url, body, signed | {"webhook-signature": "v1,AAAA"}),
        ]
        _, said = running.communicate(timeout=20)
    assert answers == [200, 401]
    good, bad = said.splitlines()
    assert good == "verified: order.created SO-1 e-1, answered 200"
    assert bad.startswith("NOT signed with this secret: ")
    assert bad.endswith("answered 401")


def _post(url: str, body: str, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, body.encode(), headers)  # noqa: S310 - http on loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
