"""Publishing an event of intake, for a partition that waits until it is written."""

from enum import Enum

from bus.client.producer import EventWriter
from bus.errors import (
    Heals,
    IncompatibleSchemaError,
    InvalidEventError,
    InvalidSchemaError,
    PublishError,
    RegistryUnavailableError,
)
from bus.event import Event
from bus.ports import Clock, Observer, PartitionChange
from processors.delivery.partition import Partition

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Published(Enum):
    """That it is; or that its partition went meanwhile, and another tells it."""

    YES = "yes"
    FENCED = "fenced"


class Telling:
    """Publishes again and again, until it is written or never can be."""

    def __init__(self, writer: EventWriter, clock: Clock, observer: Observer) -> None:
        self._writer = writer
        self._clock = clock
        self._observer = observer

    async def tell(self, partition: Partition, event: Event) -> Published | str:
        """Publish; return why it never can be, if it cannot."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._writer.write(event)
            except (
                InvalidEventError,
                IncompatibleSchemaError,
                InvalidSchemaError,
            ) as error:
                return str(error)
            except (PublishError, RegistryUnavailableError) as error:
                if isinstance(error, PublishError) and error.heals is Heals.NOTHING:
                    return str(error)
                why = str(error)
            else:
                return Published.YES
            if not partition.open:
                return Published.FENCED
            self._observer.partitions("", PartitionChange.STOPPED, [partition.tp], why)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
