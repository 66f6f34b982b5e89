"""The registry for those who may never ask: opened when they do."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from bus.ports import LogReader, Publisher, Schemas, SchemaText
from bus.record import SchemaRef
from processors.settings import Settings
from processors.wiring.adapters import open_schemas


class OnDemandSchemas:
    """The port `Schemas`, opened when it is asked for the first time."""

    def __init__(
        self, settings: Settings, topic: str, publisher: Publisher, reader: LogReader
    ) -> None:
        self._settings = settings
        self._topic = topic
        self._publisher = publisher
        self._reader = reader
        self._stack = AsyncExitStack()
        self._opened: Schemas | None = None

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """The schema with this id; raises as the port does."""
        return await (await self._open()).by_id(ref)

    async def answers(self, besides: SchemaRef) -> bool:
        """Whether it gives another schema; not if it was never asked for any."""
        return self._opened is not None and await self._opened.answers(besides)

    async def by_type(self, topic: str, event_type: str) -> Sequence[SchemaText]:
        """The schemas of an event type; raises as the port does."""
        return await (await self._open()).by_type(topic, event_type)

    async def register(self, subject: str, text: str) -> int:
        """Register a schema; raises as the port does."""
        return await (await self._open()).register(subject, text)

    async def close(self) -> None:
        """Close what was opened."""
        await self._stack.aclose()

    async def _open(self) -> Schemas:
        if self._opened is None:
            async with AsyncExitStack() as trying:
                self._opened = await open_schemas(
                    self._settings, self._topic, trying, self._publisher, self._reader
                )
                self._stack = trying.pop_all()
        return self._opened
