"""How much one sender may ask of a receiver."""

import sys
from typing import NamedTuple


class Limits(NamedTuple):
    """Beyond these a connection is answered, if that can be, and closed.

    Attributes:
        head_bytes: Of a request's target and headers: 431.
        body_bytes: Of its body: 413.
        request_s: For a whole request to come.
        idle_s: Between two requests of a connection.
        busy_s: For our own answer, before we hang up; some are told to hang.
        connections: At once; for one more, who was silent longest is hung up on.
        pipelined: Requests that come together on one connection: 429.
    """

    head_bytes: int = sys.maxsize
    body_bytes: int = sys.maxsize
    request_s: float = float("inf")
    idle_s: float = float("inf")
    busy_s: float = float("inf")
    connections: int = sys.maxsize
    pipelined: int = sys.maxsize
