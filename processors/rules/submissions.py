"""Stored submissions as orders to try rules on, converted by today's mapping."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from bus.intake.channels.definition import Channel
from bus.intake.raw import read_raw
from bus.intake.rules.cases import cases_of
from bus.intake.rules.comparing import Case
from bus.intake.sources import Source
from bus.ports import LogReader
from bus.topics.topology import Topology

MOST_CASES = 100_000
"""Orders of a backtest: they are held in memory."""


async def stored_cases(
    reader: LogReader,
    topology: Topology,
    sources: Sequence[Source],
    channel_of: Callable[[str], Channel | None],
    since_ms: int,
) -> AsyncIterator[Case]:
    """What sources have sent since a time, as far as it is kept; at most so many.

    What cannot be converted is left out: no rule is asked about it.

    Raises:
        OrderbusError: A topic cannot be read.
    """
    count = 0
    for source in sources:
        channel = channel_of(source.channel)
        if channel is None:
            continue
        topic = topology.raw_topic(source.id)
        async for batch in reader.read(topic, since_ms=since_ms):
            for record in batch:
                raw = read_raw(record)
                settings = dict(source.settings)
                submission = replace(raw.submission, settings=settings)
                for case in cases_of(channel, submission, source.account):
                    if count >= MOST_CASES:
                        return
                    count += 1
                    yield case
