"""A process' producer: idempotent, over a network that delays and loses.

What was handed over leaves the process after a moment (`linger`), reaches the
broker later, and its acknowledgement comes back later still. All three can be
overtaken by the process' death. One topic's messages keep their order.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable
from typing import NamedTuple

from bus.errors import Heals, PublishError
from bus.record import Message, Written
from tests.simulation.scheduler import Process
from tests.simulation.world import World

_GIVES_UP_S = 3.0
_AGAIN_S = 0.05


class _Parcel(NamedTuple):
    message: Message
    future: "asyncio.Future[Written]"
    leaves_at: float


class SimulatedPublisher:
    """`bus.ports.Publisher` of one process; `pending` are its parcels under way."""

    failures = 0

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process
        self._lanes: dict[str, deque[_Parcel]] = defaultdict(deque)
        self._arrival: dict[str, float] = defaultdict(float)
        self._outside = world.context
        self.pending: dict[int, Message] = {}

    def publish(self, message: Message) -> Awaitable[Written]:
        """Hand over a message; the acknowledgement may be late, lost or never."""
        return self._hand_over(message)

    def publish_soon(self, message: Message) -> None:
        """Hand over a message nobody waits for."""
        self._hand_over(message).add_done_callback(_heard)

    def _hand_over(self, message: Message) -> "asyncio.Future[Written]":
        world, loop = self._world, self._world.loop
        future: asyncio.Future[Written] = asyncio.Future(loop=loop)
        self.pending[id(future)] = message
        now = loop.time()
        leaves_at = now + world.latency() * 0.3
        topic = message.topic
        arrives = max(leaves_at + world.latency(), self._arrival[topic] + 1e-6)
        self._arrival[topic] = arrives
        self._lanes[topic].append(_Parcel(message, future, leaves_at))
        loop.call_at(arrives, self._arrive, topic, context=self._outside)
        return future

    async def flush(self, timeout_s: float) -> int:
        """Nobody waits here."""
        del timeout_s
        return 0

    def _arrive(self, topic: str) -> None:
        """The first parcel of a lane reaches the broker, or tries again later."""
        world, process = self._world, self._process
        now, lane = world.loop.time(), self._lanes[topic]
        if process.dead and not lane[0].leaves_at < process.died_at:
            lane.popleft()
            return
        if process.frozen or not world.broker.is_up:
            again = max(now + _AGAIN_S, world.up_at)
            world.loop.call_at(again, self._arrive, topic, context=self._outside)
            return
        parcel = lane.popleft()
        answer = self._write(parcel.message)
        late_s = world.latency()
        if isinstance(answer, PublishError) and answer.retriable and world.chance(0.3):
            late_s += _GIVES_UP_S * world.random.random()
        world.loop.call_later(
            late_s, self._answer, parcel.future, answer, context=process.context
        )

    def _write(self, message: Message) -> Written | PublishError:
        world, options = self._world, self._world.plan.options
        if world.chance(options.refused):
            world.tell(self._process.name, f"write to {message.topic} refused")
            return PublishError(message.topic, "refused (simulated)", heals=Heals.TIME)
        try:
            written = world.broker.append(message)
        except PublishError as error:
            return error
        if world.chance(options.acks_lost):
            world.tell(self._process.name, f"ack from {message.topic} lost")
            world.witness.ack_lost(message)
            return PublishError(message.topic, "ack lost (simulated)", heals=Heals.TIME)
        return written

    def _answer(
        self, future: "asyncio.Future[Written]", answer: Written | PublishError
    ) -> None:
        message = self.pending.pop(id(future))
        if isinstance(answer, Written):
            self._world.witness.acknowledged(message)
        if future.done():
            return
        if isinstance(answer, PublishError):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def _heard(future: "asyncio.Future[Written]") -> None:
    if not future.cancelled():
        future.exception()
