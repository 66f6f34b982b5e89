"""What a file that was taken is owed: made of its submission, as it stands in Kafka."""

import asyncio
import re
from hashlib import sha256
from typing import NamedTuple

from bus.intake.acknowledging.answers import OrderAnswer
from bus.intake.acknowledging.owed import (
    NAMES,
    acknowledgement,
    order_acknowledgment,
)
from bus.intake.channels.definition import Channel
from bus.intake.merging.identity import as_sent
from bus.intake.raw import Raw, read_place, read_raw
from bus.intake.sources import Source
from bus.intake.submission import Place
from bus.ports import LogReader

SETTING = "answer_orders"
"""The setting of a source by which 855s are laid out."""
_YES = frozenset({"yes", "true", "on", "1"})
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_OF_A_NAME = 60


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
    raw = await _stored(reader, source, read_place(place))
    if raw is None:
        return None
    content = await asyncio.to_thread(acknowledgement, channel, raw)
    return None if content is None else Owed(f".{NAMES[channel.format]}.edi", content)


def answers_orders(source: Source, channel: Channel) -> bool:
    """Whether an 855 is to be laid out for each order of a source."""
    declared = channel.settings.get(SETTING)
    default = declared.default if declared else ""
    return source.settings.get(SETTING, default).lower() in _YES


async def owed_for_order(
    reader: LogReader, source: Source, channel: Channel, answer: OrderAnswer
) -> Owed | None:
    """The 855 of an order that was answered; None: there is none such.

    Raises:
        BrokerUnavailableError: its submission cannot be read.
    """
    raw = await _stored(reader, source, answer.place)
    if raw is None:
        return None
    content = await asyncio.to_thread(order_acknowledgment, channel, raw, answer)
    return None if content is None else Owed(name_of(answer), content)


def name_of(answer: OrderAnswer) -> str:
    """What the file of an 855 is called: the order, and what tells it from others."""
    order = _ODD.sub("_", answer.order).strip(".")[:_MOST_OF_A_NAME] or "order"
    return f"{order}-{sha256(answer.key.encode()).hexdigest()[:8]}.855.edi"


async def _stored(reader: LogReader, source: Source, at: Place) -> Raw | None:
    """The submission at a place, with its source's settings; None: it is gone."""
    record = await reader.at(at.topic, at.partition, at.offset)
    return None if record is None else as_sent(read_raw(record), source, record.headers)
