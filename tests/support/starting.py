"""Servers that tests start as processes: waiting until one serves."""

from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from time import monotonic, sleep

from tests.support.pace import patience

_LOOK_S = 0.02
_TOLD = 4000


def started(
    serves: Callable[[], bool],
    process: "Popen[bytes] | None",
    log: Path,
    within_s: float,
) -> None:
    """Return once it serves.

    Raises:
        RuntimeError: it has ended, or its time is over; with the end of its log.
    """
    until = monotonic() + patience(within_s)
    while not serves():
        ended = process is not None and process.poll() is not None
        if ended or monotonic() > until:
            raise RuntimeError(log.read_text()[-_TOLD:])
        sleep(_LOOK_S)
