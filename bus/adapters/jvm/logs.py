"""The last words of a Kafka that did not start."""

from pathlib import Path

_LINES = 12
_FRAME = ("\tat ", "\t...")


def size(log: Path) -> int:
    """How far `log` is written; 0 if there is none yet."""
    try:
        return log.stat().st_size
    except OSError:
        return 0


def tail(log: Path, start: int) -> list[str]:
    """The last lines of `log` after byte `start`, stack frames left out."""
    if size(log) < start:
        start = 0  # it was rolled over meanwhile
    try:
        text = log.read_bytes()[start:].decode(errors="replace")
    except OSError:
        return []
    lines = [line for line in text.splitlines() if not line.startswith(_FRAME)]
    return lines[-_LINES:]
