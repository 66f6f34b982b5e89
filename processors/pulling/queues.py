"""A queue of a source: what it holds is in Kafka before it is taken out of it."""

import asyncio

from bus.intake.channels.definition import Channel
from bus.intake.pulling.declared import QueuePull
from bus.intake.sources import Source
from processors.pulling.keeping import Keeping
from processors.pulling.ports import Queue

_ID = "sqs-message-id"


class QueueReader:
    """Reads one queue; what nobody takes out of it comes again, and is a repeat."""

    def __init__(
        self,
        source: Source,
        channel: Channel,
        pull: QueuePull,
        queue: Queue,
        keeping: Keeping,
    ) -> None:
        self._source = source
        self._channel = channel
        self._pull = pull
        self._queue = queue
        self._keeping = keeping

    async def look(self) -> int:
        """Take what there is now, waiting a while for it; how many messages.

        What Kafka never takes stays in the queue, whose own rules say how often it
        comes again, and where it goes then.

        Raises:
            QueueError: the queue cannot be used.
            PublishError: Kafka takes nothing; all come again.
        """
        letters = await self._queue.receive()
        if not letters:
            return 0
        kept = await asyncio.gather(
            *(
                self._keeping.keep(
                    self._source,
                    self._channel,
                    letter.body,
                    {**self._pull.sent_as, _ID: letter.id},
                )
                for letter in letters
            )
        )
        taken = [one for one, is_kept in zip(letters, kept, strict=True) if is_kept]
        await self._queue.take_out(taken)
        return len(taken)

    async def close(self) -> None:
        """Its requests share a client with all others."""
