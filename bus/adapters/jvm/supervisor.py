"""Keeps one java process no longer than the program that asked for it.

Run as a file, never imported: it must start fast and so imports the standard
library only. Standard input is the lifeline: one command a line, and its end
(the parent is gone, however it went) means stop. It runs in a session of its
own, so that Ctrl-C reaches the parent alone, which may then drain first.

In:  stop, kill, pause, resume.    Out: "pid N" once, "exit N" at the end.
"""

import contextlib
import os
import resource
import select
import signal
import subprocess
import sys

_FILES = 100_000
_ORPHAN_CHECK_S = 1.0
_GRACE_S = 30
_ENDED_BY_SIGTERM = 128 + signal.SIGTERM

_SIGNALS = {
    b"stop": signal.SIGTERM,
    b"kill": signal.SIGKILL,
    b"pause": signal.SIGSTOP,
    b"resume": signal.SIGCONT,
}


def main(console: str, part: str, final: str, command: list[str]) -> None:
    """Start `command`, its output appended to `console`, and watch over it.

    A file `part` that it wrote by the time it ended in order becomes `final`.
    """
    parent = os.getppid()
    child_ended = _catch_signals()
    _allow_many_files()
    with open(console, "ab") as output:  # noqa: PTH123 - pathlib is slow to load
        java = subprocess.Popen(  # noqa: S603 - the caller's own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={"LANG": "C.UTF-8"},  # a user's JAVA_TOOL_OPTIONS is not for us
        )
    _say(f"pid {java.pid}")
    while java.poll() is None:
        if not _obey(java, parent, child_ended):
            _end(java)
    if java.returncode in {0, _ENDED_BY_SIGTERM}:
        with contextlib.suppress(OSError):
            os.replace(part, final)  # noqa: PTH105 - pathlib is slow to load
    _say(f"exit {java.returncode}")


def _catch_signals() -> int:
    """A descriptor that gets readable when java ends or we are told to end."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    for name in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(name, lambda *_: None)
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    return readable


def _allow_many_files() -> None:
    """Raise the soft limit of open files: every partition takes several."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _obey(java: "subprocess.Popen[bytes]", parent: int, child_ended: int) -> bool:
    """Wait for news and act on it; false when java must go."""
    readable, _, _ = select.select([0, child_ended], [], [], _ORPHAN_CHECK_S)
    if child_ended in readable and signal.SIGTERM in os.read(child_ended, 64):
        return False
    if os.getppid() != parent:
        return False  # it left a child behind that still holds the lifeline
    if 0 not in readable:
        return True
    commands = os.read(0, 4096)
    for command in commands.splitlines():
        java.send_signal(_SIGNALS[command])
    return bool(commands)


def _end(java: "subprocess.Popen[bytes]") -> None:
    """Ask java to end, in its own good time but not in ours."""
    java.send_signal(signal.SIGCONT)
    java.terminate()
    try:
        java.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()


def _say(line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(1, line.encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
