"""The receivers of gRPC in `docs/verify/grpc`, run where their language is.

Go's and Java's are built for minutes, so among the long runs; their packages are not
fetched here: they run where these have been.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.delivery.delivery import Accepted, Outcome, Refused
from tests.contract.sinks.parcels import SECRET, parcel
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.bus import ROOT, wait_until
from tests.support.pace import patience
from tests.support.terminals import free_port

FOLDER = ROOT / "docs" / "verify" / "grpc"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Language:
    """How its receiver is served, and what it is called on the page.

    `beside` is the function that verifies, and where it goes; `env` and `changes` of
    commands keep a build from fetching packages.
    """

    needs: str
    title: str
    serve: str
    beside: tuple[str, str]
    env: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)


LANGUAGES = {
    "python": Language(
        sys.executable,
        "Python",
        f"{sys.executable} receiver.py {{port}}",
        ("python/webhook.py", "."),
        changes={"python ": f"{sys.executable} "},
    ),
    "go": Language(
        "go",
        "Go",
        "./receiver {port}",
        ("go/webhook.go", "."),
        env={"GOPROXY": "off", "GOFLAGS": "-buildvcs=false -mod=readonly"},
        changes={"python ": f"{sys.executable} "},
    ),
    "java": Language(
        "mvn",
        "Java",
        "java -cp target/classes:target/lib/* Receiver {port}",
        ("java/Webhook.java", "src/main/java"),
        changes={"mvn ": "mvn --offline "},
    ),
}


@dataclass(frozen=True)
class Sample:
    """A receiver that was built."""

    name: str
    language: Language
    folder: Path


@pytest.fixture(
    scope="module",
    params=[
        "python",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("go", "java")),
    ],
)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Sample:
    """Built as the page says; skipped where the language or its packages are not."""
    name: str = request.param
    language = LANGUAGES[name]
    if shutil.which(language.needs) is None:
        pytest.skip(f"{language.needs} is not here: the {name} sample is not run")
    folder = tmp_path_factory.mktemp(name) / "receiver"
    shutil.copytree(FOLDER / name, folder)
    shutil.copytree(ROOT / "schemas", folder / "schemas", ignore=_no_protos)
    verifying, where = language.beside
    shutil.copy(ROOT / "docs" / "verify" / verifying, folder / where)
    for command in _commands(language):
        done = subprocess.run(  # noqa: S602 - the page's own commands
            command,
            shell=True,
            cwd=folder,
            env={**os.environ, **language.env},
            capture_output=True,
            text=True,
            check=False,
            timeout=patience(400),
        )
        said = done.stdout + done.stderr
        if done.returncode and name != "python" and _unfetched(said):
            pytest.skip(f"packages are missing: the {name} sample is not run")
        assert done.returncode == 0, said
    return Sample(name, language, folder)


def _no_protos(folder: str, names: Sequence[str]) -> set[str]:
    """Only the contract is copied."""
    del folder
    return {name for name in names if not name.endswith(".proto")}


def _unfetched(said: str) -> bool:
    """Whether a build failed for want of packages, and nothing else."""
    wants = ("module lookup disabled by GOPROXY=off", "in offline mode")
    return any(text in said for text in wants)


def _commands(language: Language) -> Sequence[str]:
    """What the page says to do, without what copies and what serves."""
    part = PAGE.partition(f"## {language.title}\n")[2]
    block = part.partition("```sh\n")[2].partition("```")[0].replace("\\\n", " ")
    lines = [line for line in block.splitlines() if not line.startswith(("cp ", "WEB"))]
    assert lines
    for old, new in language.changes.items():
        lines = [re.sub(rf"(^| ){re.escape(old)}", rf"\1{new}", line) for line in lines]
    return lines


@asynccontextmanager
async def serving(sample: Sample) -> AsyncIterator[str]:
    """A receiver at work; gives its URL."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *sample.language.serve.replace("{port}", str(port)).split(),
        cwd=sample.folder,
        env={**os.environ, "WEBHOOK_SECRET": SECRET},
        stdout=asyncio.subprocess.DEVNULL,
    )

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return process.returncode is not None

    try:
        await wait_until(answers, 60, f"the {sample.name} receiver")
        assert process.returncode is None
        yield f"grpc://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.timeout(1_200)
async def test_a_receiver_takes_what_we_send(sample: Sample) -> None:
    """What is signed, again too, and no forgery; and it wants events when asked."""
    sink = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc"))
    now_s = datetime.now(UTC).timestamp()
    async with serving(sample) as url:

        async def send(body: bytes = b"{}", kind: str = "order.updated") -> Outcome:
            made = parcel(url, body, event_type=kind, now_s=now_s, timeout_s=20)
            return await sink.send(made)

        assert [await send(), await send()] == [Accepted(200)] * 2
        asked = orjson.dumps({"data": {"challenge": "Zm9yLXlvdQ"}})
        said = await send(asked, "orderbus.verification")
        assert said == Accepted(200, "Zm9yLXlvdQ")
        forged = parcel(url, now_s=now_s, timeout_s=20)
        forged.body += b" "
        refused = await sink.send(forged)
        assert isinstance(refused, Refused)
        assert refused.status == 401
    await sink.close()


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_receiver_is_small(name: str) -> None:
    """At most 60 lines, so that it can be read before it is taken over."""
    (file,) = (FOLDER / name).rglob("[rR]eceiver.*")
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 60
    assert f"]({file.relative_to(FOLDER)})" in PAGE
