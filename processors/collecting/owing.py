"""What a file that was taken is owed: made of its submission, as it stands in Kafka."""

import asyncio
from typing import NamedTuple

from bus.intake.acknowledging.owed import NAMES, acknowledgement
from bus.intake.channels.definition import Channel
from bus.intake.merging.identity import as_sent
from bus.intake.raw import read_place, read_raw
from bus.intake.sources import Source
from bus.ports import LogReader


class Owed(NamedTuple):
    """An acknowledgement, and what a file of it is called behind its submission's."""

    suffix: str
    content: bytes


async def owed(
    reader: LogReader, source: Source, channel: Channel, place: str
) -> Owed | None:
    """The acknowledgement of the submission at a place; None: none is owed.

    Raises:
        BrokerUnavailableError: it cannot be read.
    """
    if channel.format not in NAMES:
        return None
    at = read_place(place)
    record = await reader.at(at.topic, at.partition, at.offset)
    if record is None:
        return None
    raw = as_sent(read_raw(record), source, record.headers)
    content = await asyncio.to_thread(acknowledgement, channel, raw)
    return None if content is None else Owed(f".{NAMES[channel.format]}.edi", content)
