"""Parcels gathered into requests: for kinds of endpoints that take several at once.

No parcel waits for others to come. What wants to go in one turn of the event loop goes
together, and what comes while as many requests as may be are under way goes with the
next one: with few events each goes by itself, at once; with many, requests are full.
What is of one order never travels in two requests at once, which could overtake each
other; it goes together, or one after the other.
"""

import asyncio
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bus.delivery.delivery import Outcome, Unreachable
from bus.sending import BatchSink, KeepingSink, Limits, NoAnswerKind, Parcel

_FLIGHTS = 10
"""Requests under way to one place: few, so that they fill."""
_LATE = Unreachable(NoAnswerKind.TIMEOUT, "no answer in time")
_CLOSED = Unreachable(NoAnswerKind.RESET, "closed before it was sent")


@dataclass(slots=True, eq=False)
class _Waiting:
    """A parcel, who waits for it, and until when; the request that it is in."""

    parcel: Parcel
    future: asyncio.Future[Outcome]
    until: float
    size: int
    flight: "_Flight | None" = None


@dataclass(slots=True, eq=False)
class _Flight:
    """A request under way, and what is in it."""

    task: asyncio.Task[None]
    together: Sequence[_Waiting]

    def give_up(self) -> None:
        """End it if nobody waits any more for what is in it."""
        if all(one.future.done() for one in self.together):
            self.task.cancel()


@dataclass(slots=True)
class _Stop:
    """Where parcels of one place wait for the next request; `orders` are under way."""

    limits: Limits
    waiting: deque[_Waiting] = field(default_factory=deque)
    orders: set[str] = field(default_factory=set)
    flights: int = 0
    called: bool = False


class Gathered:
    """Fulfils `bus.sending.Sink` with a sink that takes several at once."""

    def __init__(self, sink: BatchSink) -> None:
        self._sink = sink
        self._stops: dict[Hashable, _Stop] = {}
        self._flying: set[asyncio.Task[None]] = set()

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + parcel.timeout_s
        key = parcel.url, parcel.tls, parcel.subscription.login
        stop = self._stops.get(key)
        if stop is None:
            stop = self._stops[key] = _Stop(self._sink.limits(parcel))
        one = _Waiting(parcel, loop.create_future(), until, self._sink.size(parcel))
        stop.waiting.append(one)
        if not stop.called and stop.flights < _FLIGHTS:
            stop.called = True
            loop.call_soon(self._depart, key, stop)
        try:
            async with asyncio.timeout_at(until):
                return await one.future
        except TimeoutError:
            return _LATE
        except asyncio.CancelledError:
            if one.flight is not None:
                one.flight.give_up()
            raise

    async def close(self) -> None:
        """Close all connections; what waits or is under way gets no answer."""
        for stop in self._stops.values():
            for one in stop.waiting:
                _answer(one, _CLOSED)
            stop.waiting.clear()
        await self._sink.close()
        await asyncio.gather(*self._flying, return_exceptions=True)

    def _depart(self, key: Hashable, stop: _Stop) -> None:
        """Let as many requests go as may; forget a place that nobody wants to go to."""
        stop.called = False
        now = asyncio.get_running_loop().time()
        while stop.waiting and stop.flights < _FLIGHTS:
            together = _take(stop)
            if not together:
                break
            stop.flights += 1
            stop.orders.update(_orders(together))
            within_s = max(one.until for one in together) - now
            task = asyncio.create_task(self._fly(key, stop, together, within_s))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
            flight = _Flight(task, together)
            for one in together:
                one.flight = flight
        if not stop.waiting and not stop.flights:
            self._stops.pop(key, None)

    async def _fly(
        self,
        key: Hashable,
        stop: _Stop,
        together: Sequence[_Waiting],
        within_s: float,
    ) -> None:
        parcels = [one.parcel for one in together]
        try:
            outcomes = await self._sink.send_all(parcels, within_s)
            for one, outcome in zip(together, outcomes, strict=True):
                _answer(one, outcome)
        except Exception as error:  # noqa: BLE001 - theirs to hear, who sent it
            for one in together:
                if not one.future.done():
                    one.future.set_exception(error)
        finally:
            stop.flights -= 1
            stop.orders.difference_update(_orders(together))
            self._depart(key, stop)


class GatheringSink(KeepingSink, BatchSink, Protocol):
    """A sink of either kind, by the endpoint."""


class GatheredWhereTaken:
    """Fulfils `bus.sending.Sink`: gathers for endpoints that take several at once."""

    def __init__(self, sink: GatheringSink) -> None:
        self._sink = sink
        self._gathered = Gathered(sink)

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        several = self._sink.limits(parcel).parcels > 1
        return await (self._gathered if several else self._sink).send(parcel)

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._sink.leave(subscription)

    async def close(self) -> None:
        """Close all connections; what waits or is under way gets no answer."""
        await self._gathered.close()


def _take(stop: _Stop) -> Sequence[_Waiting]:
    """The first that fit into one request; who does not wait any more is left out."""
    taken: list[_Waiting] = []
    behind: list[_Waiting] = []
    size = 0
    while stop.waiting and len(taken) < stop.limits.parcels:
        one = stop.waiting.popleft()
        if one.future.done():
            continue
        if one.parcel.event.subject in stop.orders:
            behind.append(one)
            continue
        if taken and size + one.size > stop.limits.size:
            behind.append(one)
            break
        size += one.size
        taken.append(one)
    stop.waiting.extendleft(reversed(behind))
    return taken


def _orders(together: Sequence[_Waiting]) -> Iterator[str]:
    return (one.parcel.event.subject for one in together)


def _answer(one: _Waiting, outcome: Outcome) -> None:
    if not one.future.done():
        one.future.set_result(outcome)
