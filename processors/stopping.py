"""Being asked to stop: SIGTERM and Ctrl-C.

A program that drains sets an event (`stop_on_signals`); a second Ctrl-C ends it at
once. A command is cancelled (`run_minding`), and what then takes longer than a moment
(a thread in a client's call, an import) is not waited for: no Ctrl-C is without effect.
Costs no import of asyncio until a loop is run.
"""

import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    import asyncio

Outcome = TypeVar("Outcome")
_INTERRUPTED = 130
_MOMENT_S = 1.0
_IMPORT = "<frozen importlib"
_LEAVE = "\r\x1b[2K\x1b[?25h"
"""What was being drawn goes, and the cursor comes back."""
_struck = threading.Event()


def mind() -> None:
    """Mind Ctrl-C from now on, unless who called has it ignored."""
    if signal.getsignal(signal.SIGINT) in {signal.SIG_DFL, signal.default_int_handler}:
        signal.signal(signal.SIGINT, _strike)


def was_struck() -> bool:
    """Whether Ctrl-C has come since `mind`, outside of what drains."""
    return _struck.is_set()


def leave() -> NoReturn:
    """End the process now, as interrupted; the terminal gets its cursor back."""
    try:
        if os.isatty(2):
            os.write(2, _LEAVE.encode())
    finally:
        os._exit(_INTERRUPTED)


def _strike(_number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt where it can be raised, else leave.

    What is half imported makes other errors of it, or none.
    """
    if _struck.is_set() or _imports(frame):
        leave()
    _count_down()
    raise KeyboardInterrupt


def _imports(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORT):
            return True
        frame = frame.f_back
    return False


def _count_down() -> None:
    """Leave in a moment, if nothing has ended the process until then."""
    _struck.set()
    timer = threading.Timer(_MOMENT_S, leave)
    timer.daemon = True
    timer.start()


def run_minding(
    work: "Coroutine[object, object, Outcome]",
    loop_factory: "Callable[[], asyncio.AbstractEventLoop] | None" = None,
) -> Outcome:
    """Run `work` on a loop of its own; Ctrl-C cancels it and ends all soon.

    Raises:
        KeyboardInterrupt: it was cancelled.
    """
    import asyncio  # noqa: PLC0415 - what runs no loop need not pay for it

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        if signal.getsignal(signal.SIGINT) is not _strike:
            return runner.run(work)  # ignored, or in somebody else's hands
        with _handed_over():
            return runner.run(_minded(work))


@contextmanager
def _handed_over() -> "Iterator[None]":
    """Let a runner mind Ctrl-C, which it does where nobody else does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _strike)


async def _minded(work: "Coroutine[object, object, Outcome]") -> Outcome:
    """Count down from the first Ctrl-C on; leave at the second."""
    cancel = signal.getsignal(signal.SIGINT)

    def struck(number: int, frame: FrameType | None) -> None:
        if _struck.is_set():
            leave()
        _count_down()
        if callable(cancel):
            cancel(number, frame)

    signal.signal(signal.SIGINT, struck)
    return await work


def stop_on_signals(stop: "asyncio.Event") -> None:
    """Set `stop` on SIGTERM and Ctrl-C, on the running loop; at the next, leave."""
    import asyncio  # noqa: PLC0415 - as above

    def interrupted() -> None:
        if stop.is_set():
            leave()
        stop.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, interrupted)
