"""Messages as they came: read, or said to be none.

The library logs what it cannot read, with a traceback, and hands over None. So it is
given readers that never fail, and what is wrong is an outcome like any other.
"""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from bus.delivery.delivery import Unreachable
from bus.ports import NoAnswerKind

Read = TypeVar("Read", bound=Message)


def reader(kind: type[Read]) -> Callable[[bytes | None], Read | Unreachable]:
    """A deserializer of messages of a kind; None is status OK with no message."""
    name, asked = kind.DESCRIPTOR.name, asking(kind)

    def read(came: bytes | None) -> Read | Unreachable:
        if came is None:
            return _strange(f"OK without a message, expected a {name}")
        found = asked(came)
        if found is not None:
            return found
        return _strange(f"OK with {len(came)} bytes that are no {name} of Protobuf's")

    return read


def asking(kind: type[Read]) -> Callable[[bytes], Read | None]:
    """A deserializer of requests of a kind; None: it is none."""

    def read(came: bytes) -> Read | None:
        try:
            return kind.FromString(came)
        except (DecodeError, ValueError, RecursionError):
            return None

    return read


def miscounted(receipts: int, events: int) -> Unreachable:
    """An answer from which nobody can tell which receipt is whose."""
    return _strange(f"{receipts} receipts for {events} events, expected one for each")


def _strange(what: str) -> Unreachable:
    return Unreachable(NoAnswerKind.PROTOCOL, f"not a gRPC answer: {what}")
