"""Whether something has come on a socket that nobody has read yet."""

import ctypes
import select
import struct

# Not `select.poll`: it lets go of the interpreter's lock, for which the threads of the
# Kafka client wait. Looking once a post then costs a busy worker 7 % of its time.
_poll = ctypes.PyDLL(None).poll
_ONE, _AT_ONCE = ctypes.c_ulong(1), ctypes.c_int(0)
_POLL_FD = struct.Struct("@ihh")


class Look:
    """Looks at one socket without waiting, while it is open."""

    def __init__(self, fd: int) -> None:
        asked = _POLL_FD.pack(fd, select.POLLIN, 0)
        self._asked = ctypes.create_string_buffer(asked, _POLL_FD.size)

    def disturbed(self) -> bool:
        """Whether bytes, the end, or an error are there."""
        return bool(_poll(self._asked, _ONE, _AT_ONCE))
