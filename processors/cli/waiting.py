"""A spinner while Kafka is asked, until somebody has something to say."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from rich.live import Live


@contextmanager
def asking_kafka() -> Iterator[None]:
    """Turn a spinner on a terminal until the first word of the work, or its end."""
    if not sys.stderr.isatty():
        yield
        return
    spinner = _spinner(sys.stderr)
    kept = sys.stdout, sys.stderr
    for name, stream in zip(("stdout", "stderr"), kept, strict=True):
        setattr(sys, name, cast("TextIO", _Noticed(stream, spinner.stop)))
    spinner.start()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = kept
        spinner.stop()


def _spinner(stream: TextIO) -> "Live":
    from rich.live import Live
    from rich.spinner import Spinner

    from processors.screen.console import Screen

    # On the stream itself: what comes through its stand-in ends the spinner.
    out = Screen(file=stream, markup=False, highlight=False)
    shown = Spinner("dots", "Asking Kafka …", style="status.spinner")
    return Live(
        shown,
        console=out,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


class _Noticed:
    """A stream that says beforehand that something is written."""

    def __init__(self, stream: TextIO, before: Callable[[], None]) -> None:
        self._stream = stream
        self._before = before

    def write(self, text: str) -> int:
        if text:
            self._before()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
