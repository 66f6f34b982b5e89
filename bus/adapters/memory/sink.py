"""A sink without a network: endpoints take or refuse what comes, as scripted."""

from collections import deque

from bus.delivery.delivery import Accepted, Outcome
from bus.sending import Parcel


class MemorySink:
    """Fulfils `bus.sending.KeepingSink`: gives one outcome, remembers every parcel."""

    def __init__(self, always: Outcome = Accepted(200)) -> None:  # noqa: B008 - frozen
        self.always = always
        self.parcels: list[Parcel] = []
        self.left: list[str] = []
        self.closed = False
        self._next: deque[Outcome] = deque()

    def then(self, *outcomes: Outcome) -> None:
        """Let the next parcels come to this, one each."""
        self._next.extend(outcomes)

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        self.parcels.append(parcel)
        return self._next.popleft() if self._next else self.always

    def leave(self, subscription: str) -> None:
        """Remember who left."""
        self.left.append(subscription)

    async def close(self) -> None:
        """Remember that it was."""
        self.closed = True
