"""How slow this machine is just now, so that tests wait in proportion.

A test waits for a condition; how long at most is a ratio to what the machine does,
not a time. The yardstick is a piece of work that takes `_USUAL_S` on the machine
the bounds were set on, when it does nothing else.
"""

import hashlib
import time

_ROUNDS = 400_000
_USUAL_S = 0.15
_SLOWEST = 20.0
_seen: list[float] = []


def measured() -> float:
    """How many times slower than usual it is now; 1 if it is no slower.

    Takes a fraction of a second, off the interpreter's lock.
    """
    began = time.perf_counter()
    hashlib.pbkdf2_hmac("sha256", b"pace", b"pace", _ROUNDS)
    now = (time.perf_counter() - began) / _USUAL_S
    _seen.append(min(max(1.0, now), _SLOWEST))
    return _seen[-1]


def pace() -> float:
    """The slowest that was measured in this process; measured once by itself."""
    return max(_seen) if _seen else measured()


def patience(seconds: float) -> float:
    """How long to wait here for what takes so long on the usual machine."""
    return seconds * pace()
