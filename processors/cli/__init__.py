"""The `bus` command.

`main` is where it starts. Command modules (`dlq.py`, `subscriptions.py`, …) hold names,
options and help, and import nothing that costs: what a command works with is imported
in its function, so that `--help`, `--version` and completion answer at once. How a
command is added stands in `processors/cli/main.py`.
"""

import gc
import os
import sys
from importlib import import_module

from processors.stopping import mind, was_struck

_FAILED, _REFUSED, _INTERRUPTED = 1, 2, 130
_YOUNG = 50_000
"""So many objects are made before garbage is looked for. What is imported stays, and to
look through it at Python's every 700 takes a fifth of a command's time.
"""


def main() -> None:
    """Run the command that the arguments name."""
    try:
        mind()  # until here Ctrl-C ends the process at once: deploy/bus
        gc.set_threshold(_YOUNG)
        _open_streams()
        _refuse_bytes(sys.argv[1:])
        try:
            # Imported here: child modules are imported for their own sake, too.
            import_module("processors.cli.main").app(prog_name="bus")
        finally:
            sys.stdout.flush()  # here, where what goes wrong can be said
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except SystemExit as ended:
        if was_struck():  # at a question, say, which then was answered with no
            ended.code = _INTERRUPTED
        _leave(ended)
        raise
    except OSError as error:
        _say(error)
        sys.exit(_FAILED)


def _leave(ended: SystemExit) -> None:
    """End the process now, if clients of Kafka may still be at work in their threads.

    They do not survive that the interpreter is taken down beneath them, and have been
    closed, or are given up, by now.
    """
    if "confluent_kafka" in sys.modules and isinstance(ended.code, int | None):
        sys.stderr.flush()
        os._exit(ended.code or 0)


def _open_streams() -> None:
    """Open what was closed by who called: nothing comes there, and nothing is kept.

    Else the next file or socket takes its number, and gets what others print.
    """
    for name, number, mode in (
        ("stdin", 0, "r"),
        ("stdout", 1, "w"),
        ("stderr", 2, "w"),
    ):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, number)
            if null > number:
                os.close(null)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - a stream of the whole process


def _refuse_bytes(words: list[str]) -> None:
    """End the command if a word is no text: nothing that it names could hold it."""
    for number, word in enumerate(words, 1):
        if any("\ud800" <= char <= "\udfff" for char in word):
            shown = os.fsencode(word)
            sys.stderr.write(f"bus: argument {number} is not UTF-8: {shown!r}\n")
            sys.exit(_REFUSED)


def _say(error: OSError) -> None:
    """Say what a file, a disk or a stream had against it, in one line."""
    try:
        why = error.strerror or str(error)
        place = "" if error.filename is None else f"{error.filename}: "
        sys.stderr.write(f"bus: {ascii(place)[1:-1]}{why}\n")
    except OSError:
        pass  # Nobody can be told.
    finally:
        # What is left for a stream that takes nothing is not tried again at the exit.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
