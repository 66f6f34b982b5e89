"""What the connections to one origin share.

Among it the answers that came before, byte for byte: what they mean is looked up, not
parsed. An endpoint says the same to nearly all posts, but for a date that changes once
a second; to parse it, with a call of ours for each header, is a tenth of a delivery's
CPU.
"""

from collections import deque
from typing import TYPE_CHECKING, Protocol

from bus.ports import Reply

if TYPE_CHECKING:
    from bus.adapters.http.exchange import Connection

_MOST, _SHORT = 8, 1_024


class Known(dict[bytes, Reply]):
    """What an origin's short answers mean that came whole and alone.

    Only such as leave their connection open, its parser as it was: what the same bytes
    mean on another connection follows from them alone.
    """

    def learn(self, data: bytes, reply: Reply) -> None:
        """Keep what these bytes mean; the last few are kept."""
        if len(data) > _SHORT:
            return
        if len(self) >= _MOST:
            del self[next(iter(self))]
        self[data] = reply


class Pool(Protocol):
    """The connections to one origin."""

    @property
    def open(self) -> "set[Connection]":
        """All of them."""
        ...

    @property
    def idle(self) -> "deque[Connection]":
        """Those between two exchanges, last used last."""
        ...

    @property
    def known(self) -> Known:
        """What its answers mean, as far as they came before."""
        ...
