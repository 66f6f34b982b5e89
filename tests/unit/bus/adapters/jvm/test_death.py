"""Why a Kafka has ended, in words, and whether to start it again."""

import pytest

from bus.adapters.jvm.death import cause

MUCH = 10 << 30
FULL = ["java.io.IOException: No space left on device"]
LARGE = ["java.io.IOException: File too large"]
FATAL = ["2026 INFO a: b", "2026 ERROR LogManager: all log dirs have failed", "at x"]


@pytest.mark.parametrize(
    ("exit_code", "said", "free", "words", "helps"),
    [
        (-9, [], MUCH, "killed (SIGKILL)", True),
        (-11, [], MUCH, "ended by SIGSEGV", True),
        (-99, [], MUCH, "signal 99", True),
        (None, [], MUCH, "watches over it was killed", True),
        (3, ["Terminating due to java.lang.OutOfMemoryError"], MUCH, "memory", True),
        (3, [], MUCH, "exit code 3", True),
        (1, FATAL, MUCH, "all log dirs have failed", True),
        (1, FULL, 5, "could not write: no space left on device (0 MiB", False),
        (1, FULL, MUCH, "no space left on device", True),
        (1, [], 0, "no space left on device (0 MiB are free)", False),
        (-9, [], 0, "no space left on device", False),
        (1, LARGE, MUCH, "could not write: file too large", False),
    ],
)
def test_cause(
    exit_code: int | None, said: list[str], free: int, words: str, *, helps: bool
) -> None:
    """A full disk cannot be helped; who has made room, or was killed, can."""
    told, can = cause(exit_code, said, free)
    assert words in told
    assert can is helps
