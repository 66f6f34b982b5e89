"""How far lists were read, as `bus.intake.collected` says, read on as it is asked."""

from dataclasses import replace

from bus.intake.pulling.cursors import Cursor, cursor_message, list_of, read_cursor
from bus.intake.pulling.declared import ListPull
from bus.ports import Clock, LogReader, Publisher

_AGAIN_S = 86_400.0
"""One that stands still is noted again after so long: its topic lets go of the old."""


class Cursors:
    """Knows, and writes down. What others have written by the call counts."""

    def __init__(
        self, reader: LogReader, publisher: Publisher, clock: Clock, topic: str
    ) -> None:
        self._reader = reader
        self._publisher = publisher
        self._clock = clock
        self._topic = topic
        self._next: dict[int, int] = {}
        self._cursors: dict[str, Cursor] = {}

    async def of(self, source: str, pull: ListPull) -> str | None:
        """How far a source's list was read; None: it never was.

        Raises:
            TopicError, BrokerUnavailableError: it cannot be read.
        """
        async for batch in self._reader.read(self._topic, start=dict(self._next)):
            for record in batch:
                self._next[record.partition] = record.offset + 1
                cursor = read_cursor(record)
                if cursor is not None:
                    self._cursors[cursor.source] = cursor
        found = self._cursors.get(source)
        return found.text if found and found.list == list_of(pull) else None

    async def reached(self, source: str, pull: ListPull, text: str) -> None:
        """Write down how far it is read now, unless that is known.

        Raises:
            PublishError: it may not be written.
        """
        now, known = self._clock.now(), self._cursors.get(source)
        new = Cursor(source, list_of(pull), text, now)
        age_s = now - known.at if known is not None else _AGAIN_S
        if known == replace(new, at=now - age_s) and age_s < _AGAIN_S:
            return
        await self._publisher.publish(cursor_message(self._topic, new))
        self._cursors[source] = new
