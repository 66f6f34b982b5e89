"""The cache of jars is whole or empty, whatever happens to the download."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from bus.adapters.jvm.download import ensure
from bus.adapters.jvm.jars import ClassPath, Jar, locked
from bus.adapters.jvm.progress import Progress, Silence
from bus.errors import EmbeddedBrokerError

_CONTENT = b"the jar" * 100_000
_JAR = Jar("a.b:c:1", len(_CONTENT), hashlib.sha256(_CONTENT).hexdigest())
_CLASS_PATH = ClassPath("9.9", (_JAR,))


class Mirror(ThreadingHTTPServer):
    """A repository on loopback that serves what the test puts into `files`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_next = False
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Serve)


class _Serve(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        served_by = self.server
        assert isinstance(served_by, Mirror)
        path = self.path.removeprefix("/")
        served_by.asked.append(path)
        content = served_by.files.get(path, b"")
        self.send_response(200 if content else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2 if served_by.cut_next else None
        served_by.cut_next = False
        self.wfile.write(content[:half])

    @override
    def log_message(self, *_: object) -> None:
        """Keep the terminal clean."""


class Steps:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.done: list[tuple[int, int]] = []

    def step(self, what: str) -> None:
        """Keep it."""
        self.steps.append(what)

    def downloaded(self, done: int, total: int) -> None:
        """Keep it."""
        self.done.append((done, total))


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """The only repository there is: the way to all others ends nowhere."""
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        settings = tmp_path / "jgo.conf"
        address = f"http://127.0.0.1:{server.server_port}"
        settings.write_text(f"[repositories]\nmirror = {address}\n")
        monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server
        server.shutdown()
        thread.join()


def _ensure(cache: Path, progress: Progress | None = None) -> None:
    ensure(_CLASS_PATH, cache, progress or Silence(), threading.Event())


def _files(cache: Path) -> list[str]:
    return sorted(file.name for file in cache.rglob("*") if file.is_file())


def test_downloads_once_and_then_never_again(mirror: Mirror, tmp_path: Path) -> None:
    """A full cache needs no network."""
    mirror.files[_JAR.path] = _CONTENT
    progress = Steps()
    for _ in range(2):
        _ensure(tmp_path / "maven", progress)
    assert mirror.asked == [_JAR.path]
    assert progress.steps == ["Downloading Apache Kafka 9.9"]
    assert progress.done[-1] == (len(_CONTENT), len(_CONTENT))
    assert (tmp_path / "maven" / _JAR.path).read_bytes() == _CONTENT


def test_refuses_a_file_with_another_digest(mirror: Mirror, tmp_path: Path) -> None:
    """A damaged or forged jar is not kept, and the error says so."""
    mirror.files[_JAR.path] = _CONTENT[:-1] + b"!"
    with pytest.raises(EmbeddedBrokerError, match=r"a\.b:c:1 cannot be downloaded"):
        _ensure(tmp_path / "maven")
    assert _files(tmp_path / "maven") == [".lock"]


def test_takes_up_a_download_that_broke_off(mirror: Mirror, tmp_path: Path) -> None:
    """A connection that ends early is tried again from the start."""
    mirror.files[_JAR.path] = _CONTENT
    mirror.cut_next = True
    _ensure(tmp_path / "maven")
    assert _files(tmp_path / "maven") == [".lock", "c-1.jar"]


def test_removes_what_a_killed_download_left(mirror: Mirror, tmp_path: Path) -> None:
    """Leftovers of a killed process go with the next download."""
    mirror.files[_JAR.path] = _CONTENT
    leftover = (tmp_path / "maven" / _JAR.path).with_name(".part-killed")
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(_CONTENT[:9])
    _ensure(tmp_path / "maven")
    assert _files(tmp_path / "maven") == [".lock", "c-1.jar"]


def test_two_at_once_download_once(mirror: Mirror, tmp_path: Path) -> None:
    """The second waits for the first instead of fetching the same."""
    mirror.files[_JAR.path] = _CONTENT
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_ensure, [tmp_path / "maven"] * 2))
    assert mirror.asked == [_JAR.path]


def test_says_what_to_do_without_a_network(mirror: Mirror, tmp_path: Path) -> None:
    """The first start offline names the size and the way around."""
    mirror.files.clear()
    with pytest.raises(EmbeddedBrokerError) as caught:
        _ensure(tmp_path / "maven")
    assert "no connection to the repository" in str(caught.value)
    assert "--bootstrap-servers" in str(caught.value)


def test_ends_when_told_to(mirror: Mirror, tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves nothing behind."""
    mirror.files[_JAR.path] = _CONTENT
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(EmbeddedBrokerError, match="stopped"):
        ensure(_CLASS_PATH, tmp_path / "maven", Silence(), stopping)
    assert _files(tmp_path / "maven") == [".lock"]


def test_says_that_the_cache_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be gives one clear line."""
    (tmp_path / "maven").write_text("")
    with pytest.raises(EmbeddedBrokerError, match="cannot be written: "):
        _ensure(tmp_path / "maven")


def test_the_lock_names_one_version_of_kafka() -> None:
    """The released lock is for one Kafka, each jar with its digest."""
    kafka = locked()
    assert f"org.apache.kafka:kafka_2.13:{kafka.version}" == kafka.jars[0].coordinate
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in kafka.jars)
