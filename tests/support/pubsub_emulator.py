"""Google's own emulator of Pub/Sub, where it is installed: a free port."""

import base64
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
import requests

from tests.support.pace import patience
from tests.support.starting import started

PROJECT = "orderbus-tests"
_WITHIN_S = 60
_PROGRAM = Path(
    "/usr/lib/google-cloud-sdk/platform/pubsub-emulator/bin/cloud-pubsub-emulator"
)


def missing_pubsub() -> str:
    """Why there is no emulator to be had, for a person who reads it; else empty."""
    if not _PROGRAM.exists() or shutil.which("java") is None:
        return "Google's emulator of Pub/Sub is not installed (google-cloud-cli)"
    return ""


@contextmanager
def running_pubsub() -> Iterator["PubsubUnderTest"]:
    """Run it; what it keeps is gone with it."""
    server = PubsubUnderTest()
    try:
        server.start()
        yield server
    finally:
        server.stop()


class PubsubUnderTest:
    """One emulator, and how a partner asks it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="orderbus-pubsub-"))
        self._process: subprocess.Popen[bytes] | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self.port: int = taken.getsockname()[1]

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - Google's own program
                [_PROGRAM, "--host=127.0.0.1", f"--port={self.port}"],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started(self._answers, self._process, self._folder / "log", _WITHIN_S)

    def stop(self) -> None:
        """End it, and what it wrote."""
        if self._process is not None:
            # It is a script that runs java.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def topic(self, name: str) -> None:
        """Make a topic, and a subscription of the same name that keeps its order."""
        self._ask("PUT", f"topics/{name}", {})
        topic = f"projects/{PROJECT}/topics/{name}"
        more = {"topic": topic, "enableMessageOrdering": True}
        self._ask("PUT", f"subscriptions/{name}", more)

    def subscriptions(self, topic: str) -> Sequence[object]:
        """The names of a topic's."""
        said = self._ask("GET", f"topics/{topic}/subscriptions", {})
        return said.get("subscriptions", [])

    def taken(self, name: str) -> Sequence[Mapping[str, object]]:
        """The messages that are there now, their data decoded; acknowledged."""
        found: list[Mapping[str, object]] = []
        while True:
            wish = {"maxMessages": 1000, "returnImmediately": True}
            said = self._ask("POST", f"subscriptions/{name}:pull", wish)
            got = said.get("receivedMessages", [])
            if not got:
                return found
            ids = [one["ackId"] for one in got]
            self._ask("POST", f"subscriptions/{name}:acknowledge", {"ackIds": ids})
            for one in got:
                data = base64.b64decode(one["message"].get("data", ""))
                found.append({**one["message"], "data": data})

    def _ask(self, method: str, path: str, body: object) -> dict[str, list[dict]]:  # type: ignore[type-arg]
        answer = requests.request(
            method,
            f"http://127.0.0.1:{self.port}/v1/projects/{PROJECT}/{path}",
            data=orjson.dumps(body),
            headers={"content-type": "application/json"},
            timeout=patience(30),
            proxies={"http": ""},
        )
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]

    def _answers(self) -> bool:
        try:
            self._ask("GET", "topics", {})
        except (requests.RequestException, ValueError):
            return False
        return True
