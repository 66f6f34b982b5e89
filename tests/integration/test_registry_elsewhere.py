"""The registry on another machine, as README's "On a cluster" has it.

Two processes that share nothing but Kafka and the registry's address stand for two
containers: folders, homes and loopback addresses of their own.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.topics_file import named_topics

pytestmark = pytest.mark.kafka

_WITHIN_S = 60


@pytest.fixture
def env(kafka: KafkaUnderTest, tmp_path: Path) -> Mapping[str, str]:
    """What both machines know: where Kafka is, and what its topics are called."""
    topics_file = tmp_path / "topics.yaml"
    topics_file.write_text(named_topics(f"elsewhere-{uuid4().hex[:12]}"))
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "ORDERBUS_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "ORDERBUS_TOPICS_FILE": str(topics_file),
        "HOME": str(tmp_path),
    }


async def bus(
    env: Mapping[str, str], *words: str, given: str = ""
) -> tuple[int, str, str]:
    """Run a command to its end: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "processors.cli", *words),
        env=dict(env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(patience(_WITHIN_S)):
        out, err = await process.communicate(given.encode())
    return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def served(env: Mapping[str, str], *words: str) -> AsyncIterator[int]:
    """A registry for other machines, and its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "processors.cli", "registry", "serve", *words),
        env=dict(env),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(patience(_WITHIN_S)):
            assert process.stdout is not None
            line = await process.stdout.readline()
        yield int(line.decode().rpartition(":")[2])
    finally:
        process.terminate()
        await process.wait()


async def test_another_machine_registers_with_a_password(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    """By any of its names; without the password, or by another name, nobody."""
    code, line, _ = await bus(env, "registry", "user", "oms", given="hünter2\n")
    assert code == 0
    users = tmp_path / "registry.users"
    users.write_text(line, encoding="utf-8")
    here = socket.gethostname()
    where = ("--host", "0.0.0.0", "--port", "0")  # noqa: S104 - what is shown
    async with served(
        env, *where, "--users-file", str(users), "--host-name", here
    ) as port:
        there = dict(env) | {"HOME": str(tmp_path / "elsewhere")}
        there["ORDERBUS_REGISTRY_URL"] = f"http://127.0.0.2:{port}"
        code, _, said = await bus(there, "schemas", "register")
        assert code == 1
        assert "password" in said
        there["ORDERBUS_REGISTRY_AUTH"] = "oms:hünter2"
        code, out, said = await bus(there, "schemas", "register", "--json")
        assert code == 0, said
        assert "order.created" in out
        held = await asyncio.to_thread(_subjects, f"http://127.0.0.1:{port}")
        assert any("OrderCreated" in subject for subject in held)


async def test_nobody_serves_others_without_users(env: Mapping[str, str]) -> None:
    """The refusal says what to do."""
    code, _, said = await bus(
        env,
        "registry",
        "serve",
        "--host",
        "0.0.0.0",  # noqa: S104 - what is refused
        "--port",
        "0",
    )
    assert code != 0
    assert "--users-file" in said


def _subjects(url: str) -> list[str]:
    with (
        SchemaRegistryClient({"url": url}) as nobody,
        pytest.raises(SchemaRegistryError, match="password"),
    ):
        nobody.get_subjects()
    known = {"url": url, "basic.auth.user.info": "oms:hünter2"}
    with SchemaRegistryClient(known) as client:
        return list(client.get_subjects())
