"""How the user can call `bus` again, and what to call next."""

import shutil
import sys
from pathlib import Path

from processors.screen.prose import command

_NEXT = (
    ("dev", "a bus that keeps its data"),
    (
        "subscriptions add my-shop http://127.0.0.1:8000/hook -t 'order.*'",
        "in a second terminal: a partner, and its secret",
    ),
    ("listen --secret-file -", "in a third one: a receiver, asks for that secret"),
    ("events send order.created", "an event for it"),
)


def bus() -> str:
    """What to type for `bus`: the word if the shell finds it, else where it is."""
    here = Path(sys.executable).parent / "bus"
    found = shutil.which("bus")
    if found is not None and Path(found).absolute() == here.absolute():
        return "bus"
    try:
        return str(here.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(here)


def next_steps(width: int | None) -> str:
    """What to type after the demo, as wide as a terminal is; None: there is none."""
    lines = ["Next:"]
    for words, why in _NEXT:
        lines += [f"  # {why}", *command(f"{bus()} {words}", 2, width)]
    return "\n".join([*lines, 'README.md, "Try it", goes on from there.'])
