"""Ctrl-C while a Kafka that never answers is asked: 130, and not a word."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.bus import ROOT
from tests.support.pace import patience

COMMANDS = [
    "dlq replay erp",
    "events send order.created",
    "intake parked list",
    "migrate status",
    "registry serve --port 0",
    "run",
    "status --watch",
    "tail",
    "topics apply --yes",
    "trace SO-1",
]


@pytest.mark.parametrize("words", COMMANDS)
async def test_ctrl_c_while_kafka_is_asked(words: str, tmp_path: Path) -> None:
    """The command has connected, and waits."""
    asked = asyncio.Event()

    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        writer.close()

    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processors.cli", *words.split()),
        cwd=ROOT,
        env={
            **os.environ,
            "ORDERBUS_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}",
            "ORDERBUS_DATA_DIR": str(tmp_path),
            "ORDERBUS_ENCRYPTION_KEY": "ERERERERERERERERERERERERERERERERERERERERERE=",
            "ORDERBUS_HTTP_PORT": "0",
            "ORDERBUS_LOG_FORMAT": "json",
            "ORDERBUS_LOG_LEVEL": "error",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await asyncio.wait_for(asked.wait(), patience(60))
        process.send_signal(signal.SIGINT)
        said, _ = await asyncio.wait_for(process.communicate(), patience(20))
    finally:
        if process.returncode is None:
            process.kill()
        server.close()
    code = 0 if words.startswith("run") else 130
    assert (process.returncode, said.decode()) == (code, "")
