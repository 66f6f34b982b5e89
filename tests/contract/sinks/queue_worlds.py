"""The sinks of queues under contract: on a scripted broker, and on real ones."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bus.adapters.amqp.sink import AmqpSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.sending import Sink
from tests.contract.sinks.worlds import LOOPBACK, WHY, Placed, Received, Reply
from tests.support.amqp_broker import (
    Ack,
    Close,
    Hang,
    Message,
    Nack,
    NoLogin,
    Says,
    ScriptedBroker,
)
from tests.support.rabbitmq import RabbitUnderTest
from tests.support.relay import Relay


def amqp_sink(guard: Guard | None = None, names: Names | None = None) -> AmqpSink:
    """A sink behind a guard of the test's own."""
    places = GuardedPlaces(guard or Guard(allow=LOOPBACK), "amqp", names)
    return AmqpSink(places, SettledTrust())


class AmqpWorld(Placed):
    """Messages to a broker that answers as it is told."""

    template = "amqp://{}/exchanges/shop"
    wait_s: float | None = None

    def __init__(self, sink: AmqpSink, broker: ScriptedBroker, relay: Relay) -> None:
        super().__init__(relay)
        self.sink: Sink = sink
        self.broker = broker

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [_published(one) for one in self.broker.messages]

    def then(self, *replies: Reply) -> None:
        """See `Scripted`."""
        self.broker.then(*(_AMQP[reply] for reply in replies))

    async def asked(self) -> None:
        """See `Scripted`."""
        await self.broker.asked()

    async def restart(self) -> None:
        """See `Scripted`."""
        await self.broker.__aexit__()
        await self.broker.__aenter__()


_AMQP: Mapping[Reply, Says] = {
    Reply.ACCEPT: Ack(),
    Reply.REFUSE: Close(406, f"PRECONDITION_FAILED - {WHY}"),
    Reply.THROTTLE: Nack(),
    Reply.FAIL: Close(541, f"INTERNAL_ERROR - {WHY}", connection=True),
    Reply.UNAUTHORISED: NoLogin(403, "ACCESS_REFUSED - Login was refused"),
    Reply.HANG: Hang(),
}


def _published(message: Message) -> Received:
    own = {"content-type": message.properties.content_type or ""}
    return Received(message.body, {**message.headers, **own})


async def open_amqp(
    *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[AmqpWorld]:
    """A world on a broker of a few lines."""
    async with ScriptedBroker() as broker, Relay(broker.port) as relay:
        sink = amqp_sink(guard, names)
        yield AmqpWorld(sink, broker, relay)
        await sink.close()


class RabbitWorld(Placed):
    """Messages to RabbitMQ, to an exchange with a queue of the test's own."""

    def __init__(
        self, sink: AmqpSink, name: str, queue: aio_pika.abc.AbstractQueue, relay: Relay
    ) -> None:
        super().__init__(relay)
        self.template = f"amqp://{{}}/exchanges/{name}"
        self.sink: Sink = sink
        self._queue = queue
        self._had: list[Received] = []

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        while (message := await self._queue.get(fail=False)) is not None:
            await message.ack()
            self._had.append(_got(message))
        return self._had


def _got(message: AbstractIncomingMessage) -> Received:
    fields = {name: str(value) for name, value in message.headers.items()}
    return Received(message.body, {**fields, "content-type": str(message.content_type)})


async def open_rabbitmq(
    rabbitmq: RabbitUnderTest,
    *,
    guard: Guard | None = None,
    names: Names | None = None,
) -> AsyncIterator[RabbitWorld]:
    """A world on a running RabbitMQ."""
    name = f"sink.{uuid4().hex[:12]}"
    connection = await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{rabbitmq.port}")
    async with (
        connection,
        connection.channel() as channel,
        Relay(rabbitmq.port) as relay,
    ):
        exchange = await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC)
        queue = await channel.declare_queue(name)
        await queue.bind(exchange, "#")
        sink = amqp_sink(guard, names)
        yield RabbitWorld(sink, name, queue, relay)
        await sink.close()
        await queue.delete(if_unused=False, if_empty=False)
        await exchange.delete()
