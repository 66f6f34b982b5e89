"""Keeps the embedded Kafka running, or says why it cannot."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bus.adapters.jvm import EmbeddedKafka, Node
from bus.errors import EmbeddedBrokerError
from processors.clock import SystemClock

_LOOK_S = 0.25
Say = Callable[[str], None]


@asynccontextmanager
async def kept(kafka: EmbeddedKafka, say: Say) -> AsyncIterator[None]:
    """Start a node that ends by itself once more; when that is no use, end the block.

    Raises:
        EmbeddedBrokerError: Kafka has ended for good; the message says why and where
            its log is.
    """
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(_keep(kafka, say))
            try:
                yield
            finally:
                keeper.cancel()
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _keep(kafka: EmbeddedKafka, say: Say) -> None:
    node = await _fallen(kafka)
    death = node.death()
    if death.helps:
        say(f"{death}. Starting it again, once …")
        await node.start()
        say(f"Kafka node {node.node_id} runs again.")
        death = (await _fallen(kafka)).death()
    last = "\n  ".join(death.said) or "(nothing)"
    raise EmbeddedBrokerError(f"{death}, which ends with:\n  {last}")


async def _fallen(kafka: EmbeddedKafka) -> Node:
    clock = SystemClock()
    while kafka.fallen is None:
        await clock.sleep(_LOOK_S)
    return kafka.fallen
