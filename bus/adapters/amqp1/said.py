"""What an AMQP 1.0 peer says (parts 2 and 5: transport, security).

Of what a peer says only that is read which a client of one session needs to know.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from bus.adapters.amqp1.codec import Described, Garbled, Reader

ACCEPTED, REJECTED, RELEASED, MODIFIED = 0x24, 0x25, 0x26, 0x27
_ERROR = 0x1D
_MOST = 2**32
_CODES: Mapping[str, int] = {
    "amqp:open:list": 0x10,
    "amqp:begin:list": 0x11,
    "amqp:attach:list": 0x12,
    "amqp:flow:list": 0x13,
    "amqp:transfer:list": 0x14,
    "amqp:disposition:list": 0x15,
    "amqp:detach:list": 0x16,
    "amqp:end:list": 0x17,
    "amqp:close:list": 0x18,
    "amqp:error:list": _ERROR,
    "amqp:accepted:list": ACCEPTED,
    "amqp:rejected:list": REJECTED,
    "amqp:released:list": RELEASED,
    "amqp:modified:list": MODIFIED,
    "amqp:sasl-mechanisms:list": 0x40,
    "amqp:sasl-challenge:list": 0x42,
    "amqp:sasl-outcome:list": 0x44,
}
"""Types may be told by name, too."""


class Fault(NamedTuple):
    """Why a peer ends something: a condition of the standard's or its own."""

    condition: str
    text: str


class Open(NamedTuple):
    """A connection is open."""

    max_frame_size: int
    idle_ms: int


class Begin(NamedTuple):
    """A session has begun."""

    incoming_window: int


class Attach(NamedTuple):
    """A link is attached; without a `terminus` it is refused, and a detach follows."""

    handle: int
    terminus: bool
    initial_count: int
    max_message_size: int


class Flow(NamedTuple):
    """How much a peer takes: of the session, and of the link of a handle."""

    next_incoming: int
    incoming_window: int
    handle: int | None
    delivered: int | None
    credit: int
    drain: bool
    echo: bool


class Transfer(NamedTuple):
    """A message or a part of it; its bytes come after it."""

    number: int | None
    settled: bool
    more: bool
    aborted: bool


class State(NamedTuple):
    """What became of a message. `code` 0: nothing that is known here."""

    code: int
    fault: Fault | None = None
    elsewhere: bool = False
    """It is not to be sent here again."""


class Disposition(NamedTuple):
    """What became of the messages of these numbers."""

    by_receiver: bool
    first: int
    last: int
    settled: bool
    state: State | None


class Ending(NamedTuple):
    """A link, a session or the connection ends."""

    fault: Fault | None


class Mechanisms(NamedTuple):
    """How one may sign in."""

    names: Sequence[str]


class Challenge(NamedTuple):
    """Signing in needs more than we have."""


class SignedIn(NamedTuple):
    """What came of signing in; 0: well."""

    code: int


Said: TypeAlias = (
    Open
    | Begin
    | Attach
    | Flow
    | Transfer
    | Disposition
    | Ending
    | Mechanisms
    | Challenge
    | SignedIn
)

# --- reading


@dataclass(frozen=True, slots=True)
class _Fields:
    """The places of a list; what is not there is null."""

    values: Sequence[object]

    def number(self, place: int, absent: int | None = None) -> int:
        found = self.get(place)
        if found is None and absent is not None:
            return absent
        if type(found) is not int or not 0 <= found < _MOST * _MOST:
            raise Garbled(f"expected a number in place {place}")
        return found

    def maybe(self, place: int) -> int | None:
        return None if self.get(place) is None else self.number(place)

    def truth(self, place: int) -> bool:
        found = self.get(place)
        if found is not None and not isinstance(found, bool):
            raise Garbled(f"expected true or false in place {place}")
        return bool(found)

    def fault(self, place: int) -> Fault | None:
        return _fault(self.get(place))

    def get(self, place: int) -> object:
        return self.values[place] if place < len(self.values) else None


def parse(body: bytes) -> tuple[Said, bytes]:
    """What a frame says, and the bytes after it.

    Raises:
        Garbled: nothing that there is.
    """
    reader = Reader(body)
    code, fields = _typed(reader.value())
    read = _READ.get(code)
    if read is None:
        raise Garbled(f"there is no frame {code:#04x}")
    return read(fields), reader.rest


def _typed(value: object) -> tuple[int, _Fields]:
    """The code and places of a value of the standard's own types."""
    if not isinstance(value, Described) or not isinstance(value.value, list):
        raise Garbled("expected one of the standard's own types")
    named = value.descriptor
    code = _CODES.get(named) if isinstance(named, str) else named
    if type(code) is not int:
        raise Garbled("expected one of the standard's own types")
    return code, _Fields(value.value)


def _fault(value: object) -> Fault | None:
    if value is None:
        return None
    code, fields = _typed(value)
    condition, text = fields.get(0), fields.get(1)
    if code != _ERROR or not isinstance(condition, str):
        raise Garbled("expected an error")
    return Fault(str(condition), text if isinstance(text, str) else "")


def _attach(at: _Fields) -> Attach:
    ours = at.get(6) if at.truth(2) else at.get(5)
    return Attach(at.number(1), ours is not None, at.number(9, 0), at.number(10, 0))


def _flow(at: _Fields) -> Flow:
    window = at.number(1, 0)
    handle, count, credit = at.maybe(4), at.maybe(5), at.number(6, 0)
    return Flow(
        at.number(0, 0), window, handle, count, credit, at.truth(8), at.truth(9)
    )


def _transfer(at: _Fields) -> Transfer:
    return Transfer(at.maybe(1), at.truth(4), at.truth(5), at.truth(9))


def _disposition(at: _Fields) -> Disposition:
    first = at.number(1)
    last, settled = at.number(2, first), at.truth(3)
    return Disposition(at.truth(0), first, last, settled, _state(at.get(4)))


def _state(value: object) -> State | None:
    if value is None:
        return None
    code, fields = _typed(value)
    match code:
        case 0x25:
            return State(code, fields.fault(0))
        case 0x27:
            return State(code, elsewhere=fields.truth(1))
        case 0x24 | 0x26:
            return State(code)
        case _:
            return State(0)


def _mechanisms(at: _Fields) -> Mechanisms:
    found = at.get(0)
    names = found if isinstance(found, list) else [found]
    return Mechanisms([str(name) for name in names if isinstance(name, str)])


_READ: Mapping[int, Callable[[_Fields], Said]] = {
    0x10: lambda at: Open(at.number(2, _MOST - 1), at.number(4, 0)),
    0x11: lambda at: Begin(at.number(2)),
    0x12: _attach,
    0x13: _flow,
    0x14: _transfer,
    0x15: _disposition,
    0x16: lambda at: Ending(at.fault(2)),
    0x17: lambda at: Ending(at.fault(0)),
    0x18: lambda at: Ending(at.fault(0)),
    0x40: _mechanisms,
    0x42: lambda _: Challenge(),
    0x44: lambda at: SignedIn(at.number(0)),
}
