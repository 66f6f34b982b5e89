"""Why a Kafka that ran has ended, and whether starting it again can help."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

_FULL = ("No space left on device", "Disk quota exceeded", "File too large")
_LITTLE = 1 << 20
_ENOUGH = 64 << 20
_OUT_OF_MEMORY = 3
"""The exit code of `-XX:+ExitOnOutOfMemoryError`."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a node ended, with its last words. `helps`: a new start may."""

    node: int
    cause: str
    log: Path
    said: Sequence[str]
    helps: bool

    @override
    def __str__(self) -> str:
        """The sentence that a person reads."""
        return f"Kafka node {self.node} has ended: {self.cause}; its log: {self.log}"


def cause(exit_code: int | None, said: Sequence[str], free: int) -> tuple[str, bool]:
    """Why it ended, in words, and whether a new start can help.

    `said` are the last lines of its log, `free` the bytes that its disk has left:
    where there are none, Kafka could not write down why.
    """
    full = next((why for why in _FULL if any(why in line for line in said)), None)
    if full or free < _LITTLE:
        # Unless somebody has made room meanwhile.
        return _disk(full or _FULL[0], free), full == _FULL[0] and free >= _ENOUGH
    if exit_code is None:
        return "the process that watches over it was killed", True
    if exit_code < 0:
        return _signalled(-exit_code), True
    if exit_code == _OUT_OF_MEMORY and any("OutOfMemory" in line for line in said):
        return "out of memory", True
    worst = [line for line in said if " FATAL " in line or " ERROR " in line]
    told = f" ({worst[-1].strip()})" if worst else ""
    return f"exit code {exit_code}{told}", True


def _disk(why: str, free: int) -> str:
    return f"it could not write: {why.lower()} ({free >> 20} MiB are free)"


def _signalled(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    if number == signal.SIGKILL:
        return f"killed ({name}), as a system does that runs out of memory"
    return f"ended by {name}"
