"""Several jars at a time, each under a name of its own until it is checked."""

import hashlib
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bus.adapters.jvm.jars import ClassPath, Jar
from bus.adapters.jvm.java import extra_is_missing
from bus.adapters.jvm.progress import Progress
from bus.errors import EmbeddedBrokerError

_AT_ONCE = 6
_TRIES = 2


class Transfer:
    """One download of all jars that are missing."""

    def __init__(
        self,
        class_path: ClassPath,
        repository: Path,
        progress: Progress,
        stopping: threading.Event,
    ) -> None:
        self._class_path = class_path
        self._repository = repository
        self._progress = progress
        self._stopping = stopping
        self._arrived: dict[Jar, int] = {}
        self._counting = threading.Lock()

    def run(self, missing: tuple[Jar, ...]) -> None:
        """Fetch `missing`; raises what the first jar to fail raised."""
        present = set(self._class_path.jars) - set(missing)
        self._arrived = {jar: jar.size for jar in present}
        failed = threading.Event()

        def fetch(jar: Jar) -> None:
            try:
                if not failed.is_set():
                    self._fetch(jar)
            except BaseException:
                failed.set()
                raise

        with ThreadPoolExecutor(_AT_ONCE, "kafka-download") as pool:
            for outcome in [pool.submit(fetch, jar) for jar in missing]:
                outcome.result()

    def _fetch(self, jar: Jar) -> None:
        try:
            from bus.adapters.jvm import remote  # noqa: PLC0415 - needs the extra, loads slowly
        except ImportError as error:
            raise extra_is_missing() from error
        why: object = "no repository is set"
        for repository in remote.repositories() * _TRIES:
            try:
                if self._store(jar, remote.chunks(repository, jar.path)):
                    return
                why = "it arrived damaged (its digest is not the released one)"
            except remote.TransferError as error:
                why = error
        raise EmbeddedBrokerError(
            f"Apache Kafka {self._class_path.version} is not in the cache yet and "
            f"{jar.coordinate} cannot be downloaded: {why}. The first start needs "
            f"the internet ({self._class_path.size / 1e6:.0f} MB), later ones do "
            "not; or name a running Kafka with --bootstrap-servers"
        )

    def _store(self, jar: Jar, chunks: Iterator[bytes]) -> bool:
        """Put it in its place if all arrived and it is the file that was locked."""
        target = self._repository / jar.path
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        part = Path(name)
        try:
            digest = hashlib.sha256()
            with open(descriptor, "wb") as file:  # noqa: PTH123 - not a path
                for chunk in self._counted(jar, chunks):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != jar.sha256:
                return False
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return True

    def _counted(self, jar: Jar, chunks: Iterator[bytes]) -> Iterator[bytes]:
        arrived = 0
        for chunk in chunks:
            if self._stopping.is_set():
                raise EmbeddedBrokerError("the download was stopped")
            arrived += len(chunk)
            with self._counting:
                self._arrived[jar] = arrived
                done = sum(self._arrived.values())
                self._progress.downloaded(done, self._class_path.size)
            yield chunk
