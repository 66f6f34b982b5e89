"""Apicurio Registry: somebody else's registry, to hold ours to the same contract."""

import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import httpx
from jgo.maven import MavenContext, PythonResolver

from bus.adapters.jvm.java import runtime

VERSION = "3.3.3"
_DEADLINE_S = 90


def resolve(cache_dir: Path) -> Path:
    """Download the distribution, once a machine; 159 MB."""
    maven = MavenContext(
        resolver=PythonResolver(), repo_cache=cache_dir / "apicurio", timeout=60
    )
    app = maven.project("io.apicurio", "apicurio-registry-app").at_version(VERSION)
    return Path(app.artifact("all", "tar.gz").resolve())


@contextmanager
def apicurio_registry(cache_dir: Path, data_dir: Path) -> Iterator[str]:
    """Run it in memory on loopback; yields the URL of its Confluent interface."""
    with tarfile.open(resolve(cache_dir)) as archive:
        archive.extractall(data_dir, filter="data")
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "quarkus.http.host": "127.0.0.1",
        "quarkus.http.port": str(port),
        "quarkus.management.host": "127.0.0.1",
        "quarkus.management.port": "0",
        "quarkus.http.access-log.enabled": "false",
    }
    options = [f"-D{name}={value}" for name, value in settings.items()]
    command = [str(runtime()), "-Xmx512m", "-XX:+UseSerialGC", *options, "-jar"]
    log = data_dir / "apicurio.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own java, our own arguments
            [*command, "quarkus-run.jar"], cwd=data_dir, stdout=out, stderr=out
        )
        try:
            url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
            _wait_for(f"{url}/subjects", process, log)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    pause = threading.Event()
    for _ in range(_DEADLINE_S * 2):
        if process.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        pause.wait(0.5)
    raise AssertionError(f"Apicurio did not start:\n{log.read_text()[-2000:]}")
