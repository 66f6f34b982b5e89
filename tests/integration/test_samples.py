"""The verification samples of `docs/verify`, run where their language is."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bus.client.schemas import load_catalogue
from bus.sending import Answer
from bus.webhook.example import example
from bus.webhook.rendering import Representation, render
from bus.webhook.signing import Signer, generate_secret
from bus.webhook.verdict import Signed, judge_signature
from processors.subscriptions.proof import (
    How,
    Proof,
    challenge_document,
    read_challenge,
)
from tests.support import vectors
from tests.support.bus import ROOT, wait_until
from tests.support.pace import patience
from tests.support.terminals import free_port

FOLDER = ROOT / "docs" / "verify"
VECTORS = FOLDER / "vectors.tsv"


@dataclass(frozen=True)
class Language:
    """How its sample is built, checked and served; `{out}` is a folder of its own."""

    needs: str
    check: str
    serve: str
    build: Sequence[str] = ()
    ed25519: bool = True


LANGUAGES = {
    "python": Language(
        sys.executable,
        f"{sys.executable} check.py {VECTORS}",
        f"{sys.executable} receiver.py {{port}}",
        ed25519=False,
    ),
    "javascript": Language(
        "node", f"node check.mjs {VECTORS}", "node receiver.mjs {port}"
    ),
    "go": Language(
        "go",
        f"{{out}}/check {VECTORS}",
        "{out}/receiver {port}",
        (
            "go build -o {out}/check webhook.go check.go",
            "go build -o {out}/receiver webhook.go receiver.go",
        ),
    ),
    "java": Language(
        "javac",
        f"java -cp {{out}} Check {VECTORS}",
        "java -cp {out} Receiver {port}",
        ("javac -d {out} Webhook.java Receiver.java Check.java",),
    ),
    "php": Language(
        "php", f"php check.php {VECTORS}", "php -S 127.0.0.1:{port} receiver.php"
    ),
    "csharp": Language(
        "dotnet",
        f"dotnet {{out}}/built/Verify.dll check {VECTORS}",
        "dotnet {out}/built/Verify.dll --urls http://127.0.0.1:{port}",
        (
            "cp Webhook.cs Check.cs Program.cs Verify.csproj {out}",
            "dotnet build {out}/Verify.csproj --output {out}/built",
        ),
        ed25519=False,
    ),
}
Sample = tuple[str, Language, Callable[[str], list[str]]]


@pytest.fixture(scope="module", params=LANGUAGES)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Sample:
    """A language's sample, built; skipped where the language is not."""
    name: str = request.param
    language = LANGUAGES[name]
    if shutil.which(language.needs) is None:
        pytest.skip(f"{language.needs} is not here: the {name} sample is not run")
    out = tmp_path_factory.mktemp(name)

    def words(command: str) -> list[str]:
        return command.replace("{out}", str(out)).split()

    for command in language.build:
        subprocess.run(  # noqa: S603 - our own samples
            words(command), cwd=FOLDER / name, check=True, timeout=patience(170)
        )
    return name, language, words


def test_the_vectors_are_made_by_our_code() -> None:
    """`python -m tests.support.vectors > docs/verify/vectors.tsv` writes them."""
    assert VECTORS.read_text(encoding="ascii") == vectors.text()


@pytest.mark.parametrize("vector", vectors.vectors(), ids=lambda one: one.name)
def test_our_own_verdict(vector: vectors.Vector) -> None:
    """`bus listen` says of each what every sample has to say."""
    signed = Signed(vector.id, vector.timestamp, vector.signature, vector.body)
    verdict = judge_signature(signed, [vector.secret], vector.now)
    assert verdict.good == (vector.expected == "accept"), verdict.why


@pytest.mark.timeout(400)
def test_a_sample_is_right_about_every_vector(sample: Sample) -> None:
    """It accepts what is good and refuses each fault; ed25519 where it has that."""
    name, language, words = sample
    done = subprocess.run(  # noqa: S603 - our own samples
        words(language.check),
        cwd=FOLDER / name,
        capture_output=True,
        text=True,
        check=True,
        timeout=patience(60),
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row for row in rows if row[0] != row[1]] == []
    wanted = [
        one.name
        for one in vectors.vectors()
        if language.ed25519 or one.secret.startswith("whsec_")
    ]
    assert [row[2] for row in rows] == wanted


@asynccontextmanager
async def serving(sample: Sample, secret: str) -> AsyncIterator[str]:
    """Its receiver at work; gives its URL."""
    name, language, words = sample
    port = free_port()
    command = [word.replace("{port}", str(port)) for word in words(language.serve)]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=FOLDER / name,
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.DEVNULL,
    )

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return process.returncode is not None

    try:
        await wait_until(answers, 60, f"the {name} receiver")
        assert process.returncode is None
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.timeout(400)
async def test_a_receiver_takes_what_we_send(sample: Sample) -> None:
    """JSON and XML, again, and during a rotation; nothing that is not ours."""
    secret, old = generate_secret(bytes(range(32))), generate_secret(bytes(range(24)))
    schema = load_catalogue().schema("order.created")
    now = int(datetime.now(UTC).timestamp())
    async with serving(sample, secret) as url, httpx.AsyncClient(trust_env=False) as to:

        async def post(
            *secrets: str,
            to_be: Representation = Representation.JSON,
            change: bytes = b"",
            at: int = now,
        ) -> int:
            made = example(schema, to_be)
            headers = dict(made.headers) | {"webhook-timestamp": str(at)}
            signer = Signer([("v1", one, None) for one in secrets])
            signature = signer.sign(headers["webhook-id"], at, made.body)
            headers["webhook-signature"] = signature
            answer = await to.post(
                url, content=made.body + change, headers=headers, timeout=patience(20)
            )
            return answer.status_code

        assert await post(secret) == 204
        assert await post(secret) == 204
        assert await post(secret, to_be=Representation.XML) == 204
        assert await post(old, secret) == 204
        assert await post(secret, old) == 204
        assert await post(old) == 401
        assert await post(secret, change=b" ") == 401
        assert await post(secret, at=now - 900) == 401
        unsigned = await to.post(url, content=b"{}", timeout=patience(20))
        assert unsigned.status_code == 401


@pytest.mark.timeout(400)
async def test_a_receiver_says_that_it_wants_events(sample: Sample) -> None:
    """To a challenge that is signed; the challenge alone is the answer."""
    secret, now = generate_secret(bytes(range(32))), int(datetime.now(UTC).timestamp())
    asked = challenge_document("test-1", "Zm9yLXlvdQ", now)
    body = render(asked, Representation.JSON, None)
    signature = Signer([("v1", secret, None)]).sign("test-1", now, body)
    headers = {
        "content-type": "application/json",
        "webhook-id": "test-1",
        "webhook-timestamp": str(now),
        "webhook-signature": signature,
    }
    async with serving(sample, secret) as url, httpx.AsyncClient(trust_env=False) as to:
        said = await to.post(url, content=body, headers=headers, timeout=patience(20))
        answer = Answer(said.status_code, excerpt=said.text)
        assert read_challenge(answer, "Zm9yLXlvdQ") == Proof(How.CHALLENGE)
        headers["webhook-signature"] = "v1,AAAA"
        said = await to.post(url, content=body, headers=headers, timeout=patience(20))
        assert said.status_code == 401


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_receiver_is_small(name: str) -> None:
    """At most 50 lines, so that it can be read before it is taken over."""
    found = [*(FOLDER / name).glob("[rR]eceiver.*"), *(FOLDER / name).glob("Program.*")]
    (file,) = found
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 50


def test_the_page_names_every_sample() -> None:
    """Each file is there, and linked."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in LANGUAGES:
        assert f"]({name}/" in page
    assert Path(VECTORS).name in page
