"""Writes `kafka.lock.json`: which jars make up the embedded Kafka.

    python -m bus.adapters.jvm.locking 4.4.0

Run once for each new Kafka version, by hand. Everybody else downloads exactly
the files named there and refuses any other, so nobody has to trust a resolver
(or a mirror) at run time.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

_LOCK = Path(__file__).with_name("kafka.lock.json")
_RUNTIME_SCOPES = frozenset({"compile", "runtime", None})


def main(version: str) -> None:
    """Resolve Kafka `version` and write the lock file beside this module."""
    with tempfile.TemporaryDirectory() as folder:
        jars = _resolve(version, Path(folder))
    lock = {"version": version, "jars": jars}
    _LOCK.write_text(json.dumps(lock, indent=1) + "\n")
    print(f"{_LOCK.name}: {len(jars)} jars", file=sys.stderr)  # noqa: T201 - a tool


def _resolve(version: str, folder: Path) -> list[dict[str, str | int]]:
    maven = MavenContext(resolver=PythonResolver(), repo_cache=folder, timeout=60)
    kafka = maven.create_dependency(f"org.apache.kafka:kafka_2.13:{version}")
    inputs, transitive = maven.resolver.resolve([kafka])
    wanted = [d for d in inputs + transitive if d.scope in _RUNTIME_SCOPES]
    # Kafka's own distribution adds the bridge from slf4j to log4j by hand, too.
    # Asked for alone: jgo would take its managed versions for all of Kafka's.
    log4j = next(d.version for d in wanted if d.artifactId == "log4j-core")
    wanted.append(
        maven.create_dependency(f"org.apache.logging.log4j:log4j-slf4j-impl:{log4j}")
    )
    return [
        _entry(f"{d.groupId}:{d.artifactId}:{d.version}", d.artifact.resolve())
        for d in wanted
    ]


def _entry(coordinate: str, file: Path) -> dict[str, str | int]:
    content = file.read_bytes()
    return {
        "coordinate": coordinate,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


if __name__ == "__main__":
    main(sys.argv[1])
