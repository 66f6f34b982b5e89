"""How a program of this folder is started in a process of its own.

librdkafka (2.16.1) ends its whole process by an assertion at some of what servers
answer. Where that must not end us, it runs elsewhere. Such a program imports nothing
of the bus, to be small and there at once, and is told everything on standard input,
so that no credential is in an argument or an environment.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

_OURS = "ORDERBUS_"


def started_by(program: Path) -> Sequence[str]:
    """What starts it; not with its folder's names before those of others."""
    return [sys.executable or "python3", "-P", str(program)]


def environment() -> dict[str, str]:
    """All of ours, without what is the bus's own: it may be secret."""
    everything = os.environ.items()  # noqa: TID251 - handed on, not read
    return {name: value for name, value in everything if not name.startswith(_OURS)}
