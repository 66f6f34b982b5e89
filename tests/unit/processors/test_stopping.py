"""Ctrl-C: whatever a process is doing, it ends, quietly, as interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.bus import ROOT
from tests.support.pace import patience

_HEAD = """
import asyncio, os, signal, sys, threading
from processors.stopping import mind, run_minding, stop_on_signals

def ready():
    os.write(1, b"ready\\n")
"""
_BLOCKED = """
def block():
    ready()
    threading.Event().wait()

mind()
run_minding(asyncio.to_thread(block))
"""
_DEAF = """
async def deaf():
    ready()
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

mind()
run_minding(deaf())
"""
_IMPORTING = """
mind()
import half_imported
"""
_HALF_IMPORTED = """
import os

class Odd:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), 2)  # of which Python makes a RuntimeError

class Holder:
    odd = Odd()
"""
_DRAINING = """
async def drain():
    stop = asyncio.Event()
    stop_on_signals(stop)
    ready()
    await stop.wait()
    ready()
    await asyncio.Event().wait()

mind()
run_minding(drain())
"""
_QUIET = """
async def work():
    ready()
    try:
        await asyncio.Event().wait()
    finally:
        print("put away")

mind()
try:
    run_minding(work())
except KeyboardInterrupt:
    sys.exit(130)
"""


def ended(code: str, folder: Path, *, strikes: int) -> tuple[int, str, str]:
    """How a process ends that is struck as often, each time once it is ready."""
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", _HEAD + dedent(code)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in range(strikes):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
        try:
            out, wrong = process.communicate(timeout=patience(20))
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, out, wrong


@pytest.mark.parametrize(
    ("code", "strikes", "said"),
    [
        pytest.param(_BLOCKED, 1, "", id="a thread in a call that never returns"),
        pytest.param(_DEAF, 1, "", id="work that is not to be cancelled"),
        pytest.param(_IMPORTING, 0, "", id="a module half imported"),
        pytest.param(_DRAINING, 2, "", id="at the second one, what drains"),
        pytest.param(_QUIET, 1, "put away\n", id="what puts away what it has begun"),
    ],
)
def test_ctrl_c_ends_it(code: str, strikes: int, said: str, tmp_path: Path) -> None:
    """With 130 and without a word; each of them hung, or had a traceback."""
    (tmp_path / "half_imported.py").write_text(_HALF_IMPORTED)
    assert ended(code, tmp_path, strikes=strikes) == (130, said, "")


def test_who_ignores_it_is_left_alone(tmp_path: Path) -> None:
    """As `nohup` and shells' background jobs have it."""
    code = """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mind()

    async def work():
        os.kill(os.getpid(), signal.SIGINT)

    run_minding(work())
    ready()
    """
    assert ended(code, tmp_path, strikes=0) == (0, "ready\n", "")
