"""Java's ahead-of-time cache (JEP 483, 514): classes loaded and linked before.

The first Kafka on a machine records while it runs and writes the cache as it
ends; later ones start about a second sooner. It is a gift, never a condition:
whatever goes wrong here, Kafka starts without.
"""

import contextlib
import fcntl
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_KEPT = 3
"""So many others stay: of a short life or a long one, and of a second installation."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The right to write the cache; the open lock says who has it."""

    lock: IO[bytes]
    part: Path
    final: Path

    @property
    def options(self) -> tuple[str, ...]:
        """What to tell java."""
        return (f"-XX:AOTCacheOutput={self.part}",)


def find(cache_dir: Path, command: list[str]) -> tuple[str, ...]:
    """The options to use the cache made for exactly this java and command."""
    final = _file(cache_dir, command)
    # Without the check, a damaged file would crash java instead of being ignored.
    return (
        (f"-XX:AOTCache={final}", "-XX:+VerifySharedSpaces") if final.exists() else ()
    )


def record(cache_dir: Path, command: list[str]) -> Recording | None:
    """The right to make the cache, unless another process has it."""
    final = _file(cache_dir, command)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as undo:
            lock = undo.enter_context((final.parent / ".lock").open("ab"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for part in final.parent.glob("*.aot-part*"):  # whose recorder was killed
                part.unlink()
            for old in sorted(final.parent.glob("*.aot"), key=_made)[:-_KEPT]:
                old.unlink()
            undo.pop_all()
    except OSError:
        return None
    return Recording(lock, final.with_suffix(".aot-part"), final)


def _made(file: Path) -> float:
    return file.stat().st_mtime


def _file(cache_dir: Path, command: list[str]) -> Path:
    """Java refuses a cache of another version, class path or set of options."""
    release = Path(command[0]).parent.parent / "release"
    key = hashlib.sha256(release.read_bytes() + "\0".join(command).encode())
    return cache_dir / "aot" / f"{key.hexdigest()[:16]}.aot"
