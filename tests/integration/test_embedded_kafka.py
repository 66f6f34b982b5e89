"""The embedded Kafka: starts, keeps its data, dies with its parent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.jvm.hold import hold
from bus.adapters.jvm.probe import visible_brokers
from bus.errors import EmbeddedBrokerError
from tests.support.kafka import (
    KafkaUnderTest,
    cache_dir,
    create_topic,
    topics,
    write,
)

pytestmark = pytest.mark.kafka

_PARENT = """
import asyncio, sys
from pathlib import Path
from bus.adapters.jvm import EmbeddedKafka

async def main():
    async with EmbeddedKafka(Path(sys.argv[1]), Path(sys.argv[2])) as kafka:
        print(kafka.nodes[0].pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def _run_and_kill_parent(data_dir: Path) -> int:
    """The id of a broker whose parent was killed just now."""
    command = [sys.executable, "-c", _PARENT, str(data_dir), str(cache_dir())]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - ours
    assert parent.stdout is not None
    with parent.stdout as answers:
        pid = int(answers.readline())
    assert os.getsid(pid) != os.getsid(parent.pid), "Ctrl-C would reach Kafka first"
    assert _is_alive(pid)
    parent.kill()
    parent.wait()
    return pid


def _command_line(pid: int | None) -> str:
    command = ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.check_output(command, text=True)  # noqa: S603 - ours


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_a_kafka_client(kafka: KafkaUnderTest) -> None:
    """The session's broker answers the Confluent client."""
    create_topic(kafka.bootstrap_servers, "embedded-answers")
    # The controller has it; that the broker has heard of it a write waits for.
    assert write(kafka.bootstrap_servers, "embedded-answers", b"1") == 1
    assert "embedded-answers" in topics(kafka.bootstrap_servers)


async def test_keeps_its_topics_and_port_between_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run on the same folder finds what the first one left.

    Once downloaded it needs no network, and never the PATH's java.
    """
    async with EmbeddedKafka(tmp_path, cache_dir(), short=True) as first:
        create_topic(first.bootstrap_servers, "kept")
        with pytest.raises(EmbeddedBrokerError, match="in use by another"):
            await EmbeddedKafka(tmp_path, cache_dir()).start()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx1m")
    async with EmbeddedKafka(tmp_path, cache_dir(), short=True) as second:
        assert second.bootstrap_servers == first.bootstrap_servers
        assert topics(second.bootstrap_servers) == {"kept"}


async def test_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """SIGKILL of the program ends the broker and frees its folder."""
    pid = _run_and_kill_parent(tmp_path)
    (await hold(tmp_path)).release()
    assert not _is_alive(pid)


async def test_can_be_frozen_and_woken(tmp_path: Path) -> None:
    """A frozen broker takes connections and answers nothing; woken, it does.

    Started again on what is not its own, it does not start: the error ends with what
    Kafka said.
    """
    kafka = EmbeddedKafka(tmp_path, cache_dir(), short=True)
    async with kafka:
        [node] = kafka.nodes
        host, port = node.bootstrap_server.split(":")
        node.pause()
        # SIGSTOP takes a moment to reach every thread: it may answer once more.
        seen = [await visible_brokers(host, int(port)) for _ in range(3)]
        assert seen[-1] == frozenset()
        node.resume()
        await node.ready(frozenset({1}))
    meta = node.dir / "log" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=77"))
    with pytest.raises(EmbeddedBrokerError, match=r"(?s)did not start.*77"):
        await kafka.start()


@pytest.mark.long
async def test_first_run_records_and_later_ones_use_it(tmp_path: Path) -> None:
    """The first run on a machine leaves java's ahead-of-time cache."""
    cache = tmp_path / "cache"
    shutil.copytree(cache_dir() / "maven", cache / "maven", copy_function=os.link)
    async with EmbeddedKafka(tmp_path / "data", cache):
        pass
    (await hold(tmp_path / "data")).release()  # it writes the cache as it ends
    [made] = cache.glob("aot/*.aot")
    async with EmbeddedKafka(tmp_path / "data", cache) as kafka:
        assert f"-XX:AOTCache={made}" in _command_line(kafka.nodes[0].pid)
        assert (kafka.nodes[0].dir / "console.log").read_text() == ""
    made.write_bytes(made.read_bytes()[:-9_000_000] + bytes(9_000_000))
    async with EmbeddedKafka(tmp_path / "data", cache) as kafka:
        assert topics(kafka.bootstrap_servers) == set(), "a damaged one is ignored"


async def test_says_that_its_port_is_taken(
    tmp_path: Path, kafka: KafkaUnderTest
) -> None:
    """A taken port is named, and no process is left behind."""
    taken = int(kafka.bootstrap_servers.split(":")[1])
    with pytest.raises(EmbeddedBrokerError, match=f"port {taken} .* is taken"):
        await EmbeddedKafka(tmp_path, cache_dir(), port=taken).start()
    (await hold(tmp_path)).release()
