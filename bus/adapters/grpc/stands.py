"""Who has subscribed, and what each was handed and has not settled yet."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from zlib import crc32

from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.generated.event_receiver_pb2 import (
    Delivery,
    Receipt,
    Settlement,
)

_MOST_OPEN = 1_000
"""Deliveries without a receipt in one stream; a subscription's concurrency is less."""
_MOST_STANDS = 20
_NO_RECEIPT = Receipt(outcome=Receipt.FAILED, detail="a settlement without a receipt")


class Stand:
    """One stream of a subscriber's.

    `still` says whether who opened it may have events yet.
    """

    def __init__(self, still: Callable[[], bool]) -> None:
        self.still = still
        self._last = 0
        self._open: dict[int, asyncio.Future[Receipt | None]] = {}
        self._ready: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self.ended = False

    async def hand(
        self, event: CloudEvent, metadata: Mapping[str, str]
    ) -> Receipt | None:
        """Hand over, and wait for the receipt; None: it went away before."""
        if self.ended or len(self._open) >= _MOST_OPEN:
            return None
        self._last += 1
        number = self._last
        settled: asyncio.Future[Receipt | None]
        settled = self._open[number] = asyncio.get_running_loop().create_future()
        one = Delivery(event=event, metadata=metadata, number=number)
        self._ready.put_nowait(one)
        try:
            return await settled
        finally:
            del self._open[number]

    def settle(self, said: Settlement) -> None:
        """Hear what became of one; that nobody waits for any more is nobody's."""
        waiting = self._open.get(said.number)
        if waiting is not None and not waiting.done():
            receipt = said.receipt if said.HasField("receipt") else _NO_RECEIPT
            waiting.set_result(receipt)

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """What is to be sent, until it ends; not what nobody waits for any more."""
        while (one := await self._ready.get()) is not None:
            if one.number in self._open:
                yield one

    def end(self) -> None:
        """It went away: who waits for a receipt hears that there is none."""
        self.ended = True
        self._ready.put_nowait(None)
        for waiting in self._open.values():
            if not waiting.done():
                waiting.set_result(None)


class Stands:
    """The stands of all subscriptions."""

    def __init__(self) -> None:
        self._of: dict[str, list[Stand]] = {}

    def enter(self, subscription: str, stand: Stand) -> bool:
        """Add one, if there is room for it."""
        there = self._of.setdefault(subscription, [])
        if len(there) >= _MOST_STANDS:
            return False
        there.append(stand)
        return True

    def leave(self, subscription: str, stand: Stand) -> None:
        """It ends."""
        stand.end()
        there = self._of.get(subscription, [])
        if stand in there:
            there.remove(stand)
        if not there:
            self._of.pop(subscription, None)

    def of(self, subscription: str, order: str) -> Stand | None:
        """The stand for an order's events: always the same, while the same are there.

        One that may have no events any more ends.
        """
        for stand in [s for s in self._of.get(subscription, ()) if not s.still()]:
            self.leave(subscription, stand)
        there = self._of.get(subscription)
        if not there:
            return None
        return there[crc32(order.encode()) % len(there)]

    def end(self) -> None:
        """All go."""
        for name, there in list(self._of.items()):
            for stand in list(there):
                self.leave(name, stand)
