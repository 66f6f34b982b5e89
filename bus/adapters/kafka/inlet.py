"""A topic of Kafka as a receiver has it: each record, from some moment on, once."""

import asyncio
from collections.abc import Sequence

from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.reader import KafkaLogReader
from bus.adapters.kafka.sink import settings_of
from bus.delivery.endpoint import KafkaEndpoint, parse_endpoint
from bus.delivery.subscription import Login, Tls
from bus.errors import ConfigurationError, OrderbusError
from bus.receiving import Arrival, Take
from bus.record import Record


class KafkaInlet:
    """Fulfils `bus.receiving.Inlet`; reads without a group, so takes nobody anything.

    Args:
        url: The topic, as a subscription names it.
        since_ms: The first timestamp; None: from the beginning.
    """

    def __init__(
        self, url: str, login: Login | None = None, *, since_ms: int | None = None
    ) -> None:
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, KafkaEndpoint):
            raise TypeError(f"no Kafka endpoint: {type(endpoint).__name__}")
        self._url = url
        self._topic = endpoint.topic
        self._since_ms = since_ms
        settings = settings_of(endpoint, Tls(), login, [endpoint.host])
        self._reader = KafkaLogReader(Connection(settings))
        self._task: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()

    async def open(self, take: Take) -> str:
        """See `Inlet`: returns once what comes from now on will be read."""
        self._task = asyncio.create_task(self._follow(take))
        begun = asyncio.create_task(self._begun.wait())
        await asyncio.wait({self._task, begun}, return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        if self._task.done():
            try:
                self._task.result()
            except OrderbusError as error:
                raise ConfigurationError(str(error)) from None
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _follow(self, take: Take) -> None:
        async for batch in self._reader.follow(self._topic, since_ms=self._since_ms):
            self._begun.set()
            await _hand_on(batch, take)


async def _hand_on(batch: Sequence[Record], take: Take) -> None:
    for record in batch:
        await take(arrived(record))


def arrived(record: Record) -> Arrival:
    """A record as an arrival."""
    headers = {name.encode(): value or b"" for name, value in record.headers}
    return Arrival(f"/{record.topic}", headers, record.value or b"")
