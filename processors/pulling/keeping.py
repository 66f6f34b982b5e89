"""What was pulled on its way to Kafka: what nobody may keep taken out, then written."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bus.errors import Heals, PublishError
from bus.intake.channels.definition import Channel
from bus.intake.merging.identity import AS_DOCUMENT
from bus.intake.raw import submission_id, to_message
from bus.intake.sources import Source
from bus.intake.verifying.verdict import Reason
from bus.ports import Clock, Observer, Publisher
from bus.record import Message
from bus.times import moment_of
from bus.topics.topology import Topology
from processors.intake.keeping import Arrived, look
from processors.telemetry import convert_names as names

_ID_BYTES = 10
_LARGE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Writes submissions that were pulled; `random_bytes` gives so many, for ids."""

    publisher: Publisher
    topology: Topology
    clock: Clock
    observer: Observer
    random_bytes: Callable[[int], bytes]

    async def keep(
        self,
        source: Source,
        channel: Channel,
        body: bytes,
        headers: Mapping[str, str],
        *,
        documents: bool = False,
    ) -> bool:
        """Return once all replicas have it; False: Kafka never takes it as it is.

        `documents` says that it is what the channel's `fetch` brings.

        Raises:
            PublishError: Kafka does not take it for now.
        """
        made = (source, channel, body, headers)
        large = len(body) > _LARGE
        work = asyncio.to_thread(self._message, *made) if large else None
        message = self._message(*made) if work is None else await work
        if documents:
            message = message._replace(headers=(*message.headers, *AS_DOCUMENT))
        try:
            await self.publisher.publish(message)
        except PublishError as error:
            if error.heals is not Heals.NOTHING:
                raise
            text = f"{len(body):,} bytes that Kafka never takes: {error.why}"
            self.observer.note(names.NOT_PULLED, source=source.id, why=text)
            return False
        self.observer.measure(names.PULLED, 1, source.id)
        return True

    def _message(
        self, source: Source, channel: Channel, body: bytes, headers: Mapping[str, str]
    ) -> Message:
        """The record. Whose API or queue it is, its address and login say."""
        now = self.clock.now()
        arrived = Arrived(
            body=body,
            content=None,
            headers={name.lower(): value for name, value in headers.items()},
            url="",
            address="",
            at=moment_of(now * 1000),
            via="fetch",
        )
        new_id = submission_id(now, self.random_bytes(_ID_BYTES))
        looked = look(source, channel, arrived, new_id, "")
        raw = replace(looked.raw, verdict=Reason.NOT_CHECKED, secret="")
        return to_message(raw, self.topology.raw_topic(source.id), looked.key)
