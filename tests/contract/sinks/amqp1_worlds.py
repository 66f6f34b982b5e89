"""The sink of AMQP 1.0 under contract: on a scripted broker, and on real ones."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import aio_pika

from bus.adapters.amqp1.envelope import read
from bus.adapters.amqp1.inlet import Amqp1Inlet
from bus.adapters.amqp1.sink import Amqp1Sink
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.delivery.delivery import Accepted, Outcome
from bus.delivery.subscription import Login
from bus.receiving import Arrival, Reaction
from bus.sending import Parcel, Sink
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import LOOPBACK, WHY, Placed, Received, Reply
from tests.support.amqp1_broker import (
    CONNECTION,
    Amqp1Broker,
    Ends,
    Hang,
    NoLogin,
    Says,
    Settles,
    rejected,
)
from tests.support.artemis import PASSWORD, USER, ArtemisUnderTest
from tests.support.pace import patience
from tests.support.rabbitmq import RabbitUnderTest
from tests.support.relay import Relay

LOGIN = {"username": USER, "password": PASSWORD}


def amqp1_sink(guard: Guard | None = None, names: Names | None = None) -> Amqp1Sink:
    """A sink behind a guard of the test's own."""
    places = GuardedPlaces(guard or Guard(allow=LOOPBACK), "amqp1", names)
    return Amqp1Sink(places, SettledTrust())


class Amqp1World(Placed):
    """Messages to a broker that answers as it is told."""

    template = "amqp1://{}/in"
    wait_s: float | None = None

    def __init__(self, sink: Amqp1Sink, broker: Amqp1Broker, relay: Relay) -> None:
        super().__init__(relay)
        self.sink: Sink = sink
        self.broker = broker

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        found = [read(one) for one in self.broker.messages]
        return [Received(one.body, one.texts) for one in found]

    def then(self, *replies: Reply) -> None:
        """See `Scripted`."""
        self.broker.then(*(_SAYS[reply] for reply in replies))

    async def asked(self) -> None:
        """See `Scripted`."""
        await self.broker.asked()

    async def restart(self) -> None:
        """See `Scripted`."""
        await self.broker.__aexit__()
        await self.broker.__aenter__()


_SAYS: Mapping[Reply, Says] = {
    Reply.ACCEPT: Settles(),
    Reply.REFUSE: rejected("amqp:precondition-failed", WHY),
    Reply.THROTTLE: rejected("amqp:resource-limit-exceeded", WHY),
    Reply.FAIL: Ends(CONNECTION, "amqp:internal-error", WHY),
    Reply.UNAUTHORISED: NoLogin(),
    Reply.HANG: Hang(),
}


async def open_amqp1(
    *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[Amqp1World]:
    """A world on a broker of a few lines."""
    async with Amqp1Broker() as broker, Relay(broker.port) as relay:
        sink = amqp1_sink(guard, names)
        yield Amqp1World(sink, broker, relay)
        await sink.close()


class RabbitWorld(Placed):
    """Messages to RabbitMQ's plug-in, to a queue that is read as AMQP 0-9-1."""

    def __init__(
        self, sink: Amqp1Sink, queue: aio_pika.abc.AbstractQueue, relay: Relay
    ) -> None:
        super().__init__(relay)
        self.template = f"amqp1://{{}}//amq/queue/{queue.name}"
        self.sink: Sink = sink
        self._queue = queue
        self._had: list[Received] = []

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        while (message := await self._queue.get(fail=False)) is not None:
            await message.ack()
            # RabbitMQ 3 hands them on as they came.
            packed = message.headers["x-amqp-1.0-app-properties"]
            assert isinstance(packed, bytes)
            own = {"content-type": str(message.content_type)}
            self._had.append(Received(message.body, {**read(packed).texts, **own}))
        return self._had


async def open_rabbitmq1(
    rabbitmq: RabbitUnderTest,
    *,
    guard: Guard | None = None,
    names: Names | None = None,
) -> AsyncIterator[RabbitWorld]:
    """A world on a running RabbitMQ."""
    connection = await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{rabbitmq.port}")
    async with (
        connection,
        connection.channel() as channel,
        Relay(rabbitmq.port) as relay,
    ):
        queue = await channel.declare_queue(f"sink.{uuid4().hex[:12]}")
        sink = amqp1_sink(guard, names)
        yield RabbitWorld(sink, queue, relay)
        await sink.close()
        await queue.delete(if_unused=False, if_empty=False)


# --- Artemis


class ArtemisWorld(Placed):
    """Messages to Artemis, taken out of its queue by AMQP 1.0 again."""

    def __init__(self, sink: Amqp1Sink, name: str, port: int, relay: Relay) -> None:
        super().__init__(relay)
        self.template = f"amqp1://{{}}/{name}"
        self.sink: Sink = _SignedIn(sink)
        self._from = f"amqp1://127.0.0.1:{port}/{name}"
        self._had: list[Received] = []

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        self._had += await drained(self._from, LOGIN, 0)
        return self._had


@dataclass
class _SignedIn:
    """A sink whose parcels have a login, without which Artemis lets nobody in."""

    sink: Amqp1Sink

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        login = Login(**LOGIN)
        signed = parcel.subscription.model_copy(update={"login": login})
        return await self.sink.send(replace(parcel, subscription=signed))

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self.sink.leave(subscription)

    async def close(self) -> None:
        """See `Sink`."""
        await self.sink.close()


async def drained(url: str, login: Mapping[str, str], least: int) -> list[Received]:
    """What is in a queue, taken out of it: at least so many, and all that are there.

    All are there once a message that is sent behind them has come.
    """
    found: list[Received] = []
    came = asyncio.Event()
    last = f"last-{uuid4()}".encode()

    async def take(arrival: Arrival) -> Reaction:
        if arrival.body == last:
            came.set()
        else:
            fields = {k.decode(): v.decode() for k, v in arrival.headers.items()}
            found.append(Received(arrival.body, fields))
        return Reaction(200)

    places = GuardedPlaces(Guard(allow=LOOPBACK), "amqp1")
    inlet = Amqp1Inlet(url, places, SettledTrust(), Login(**login))
    sink = amqp1_sink()
    sent = parcel(url, last, number=uuid4().int, login=login)
    assert await sink.send(sent) == Accepted(200)
    await inlet.open(take)
    async with asyncio.timeout(patience(30)):
        await came.wait()
    await inlet.close()
    await sink.close()
    assert len(found) >= least
    return found


async def open_artemis(
    artemis: ArtemisUnderTest,
    *,
    guard: Guard | None = None,
    names: Names | None = None,
) -> AsyncIterator[ArtemisWorld]:
    """A world on a running Artemis."""
    async with Relay(artemis.port) as relay:
        sink = amqp1_sink(guard, names)
        yield ArtemisWorld(sink, f"sink.{uuid4().hex[:12]}", artemis.port, relay)
        await sink.close()
