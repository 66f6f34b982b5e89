"""A queue or exchange of RabbitMQ as a receiver has it.

What is in a queue is taken out of it. Of an exchange everything is heard that is
published with a fitting key, by a queue of our own that goes with the connection.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.exceptions import AMQPError

from bus.adapters.amqp.envelope import CONTENT_TYPE
from bus.adapters.amqp.lanes import Lane, hush
from bus.delivery.delivery import Outcome, said_of
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.queues import AmqpEndpoint
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.receiving import Arrival, Take
from bus.sending import Places, Trust

_AGAIN_S = 1.0
_AHEAD = 100
_ANY = {"type": "#", "order": "#"}


class AmqpInlet:
    """Fulfils `bus.receiving.Inlet`; connects again where the connection ends.

    Args:
        url: The queue or exchange, as a subscription names it.
    """

    def __init__(
        self, url: str, places: Places, trust: Trust, login: Login | None = None
    ) -> None:
        hush()
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, AmqpEndpoint):
            raise TypeError(f"no AMQP endpoint: {type(endpoint).__name__}")
        self._url = url
        self._places = places
        self._endpoint = endpoint
        self._lane = Lane(endpoint, None, login, places, trust, metered=False)
        self._task: asyncio.Task[None] | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        try:
            channel = await self._channel(take)
        except AMQPError as error:
            raise ConfigurationError(f"{self._url}: {error}") from None
        if not isinstance(channel, AbstractChannel):
            raise ConfigurationError(f"{self._url}: {said_of(channel)}")
        self._task = asyncio.create_task(self._stay(channel, take))
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._lane.close()
        await self._places.close()

    async def _stay(self, channel: AbstractChannel, take: Take) -> None:
        while True:
            await asyncio.wait([channel.closing])
            found: AbstractChannel | Outcome | None = None
            while not isinstance(found, AbstractChannel):
                await asyncio.sleep(_AGAIN_S)  # noqa: TID251 - real brokers know no Clock
                with suppress(AMQPError):
                    found = await self._channel(take)
            channel = found

    async def _channel(self, take: Take) -> AbstractChannel | Outcome:
        """A channel that consumes."""
        channel = await self._lane.channel()
        if not isinstance(channel, AbstractChannel):
            return channel
        queue = await self._queue(channel)

        async def heard(message: DeliveredMessage) -> None:
            await take(arrived(message, queue))
            if message.delivery_tag is not None:
                await channel.basic_ack(message.delivery_tag)

        await channel.basic_qos(prefetch_count=_AHEAD)
        await channel.basic_consume(queue, heard)
        return channel

    async def _queue(self, channel: AbstractChannel) -> str:
        where = self._endpoint
        if not where.exchange:
            return where.key.text
        made = await channel.queue_declare(exclusive=True, auto_delete=True)
        name = made.queue or ""
        key = where.key.filled(_ANY)
        await channel.queue_bind(name, where.exchange, routing_key=key)
        return name


def arrived(message: DeliveredMessage, queue: str) -> Arrival:
    """A message as an arrival."""
    properties = message.header.properties
    table: Mapping[str, object] = properties.headers or {}
    headers = {name.lower().encode(): str(v).encode() for name, v in table.items()}
    if properties.content_type:
        headers[CONTENT_TYPE.encode()] = properties.content_type.encode()
    return Arrival(f"/{message.routing_key or queue}", headers, message.body)
