"""A lock between processes: a file that one of them holds."""

import fcntl
from typing import IO


def locked(file: IO[bytes]) -> bool:
    """Take the file's lock, held until the file is closed; False if another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
