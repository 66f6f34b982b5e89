"""The jar files of the embedded Kafka: which, and where in the cache."""

import json
from dataclasses import dataclass
from pathlib import Path

_LOCK = Path(__file__).with_name("kafka.lock.json")


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of the class path, known by its digest."""

    coordinate: str
    size: int
    sha256: str

    @property
    def path(self) -> str:
        """Where Maven repositories keep it, relative to their root."""
        group, artifact, version = self.coordinate.split(":")
        folder = group.replace(".", "/")
        return f"{folder}/{artifact}/{version}/{artifact}-{version}.jar"

    def is_in(self, repository: Path) -> bool:
        """Whether it is there in full: files appear only after their check."""
        try:
            return (repository / self.path).stat().st_size == self.size
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class ClassPath:
    """All jars of one Kafka version, in class path order."""

    version: str
    jars: tuple[Jar, ...]

    @property
    def size(self) -> int:
        """Bytes to download when nothing is there."""
        return sum(jar.size for jar in self.jars)

    def missing_from(self, repository: Path) -> tuple[Jar, ...]:
        """The jars that `repository` lacks."""
        return tuple(jar for jar in self.jars if not jar.is_in(repository))

    def within(self, repository: Path) -> str:
        """The value of java's `-cp`."""
        return ":".join(str(repository / jar.path) for jar in self.jars)


def locked() -> ClassPath:
    """The class path that `bus.adapters.jvm.locking` wrote down."""
    lock = json.loads(_LOCK.read_text())
    return ClassPath(lock["version"], tuple(Jar(**jar) for jar in lock["jars"]))
