"""The load: a process of its own that writes events when their time has come.

Reads a JSON object a line from standard input, first the `Setting`, then a `Load`
each, and writes a `Done` back when all is acknowledged.
"""

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import uvloop
from confluent_kafka import Producer
from pydantic import BaseModel

from bus.times import rfc3339
from tests.bench.events import (
    Done,
    Load,
    Sample,
    Setting,
    due_times,
    event_id,
    narrowed,
    samples,
)
from tests.bench.peer import PeerLoad
from tests.support.pace import patience

_AHEAD_S = 0.05
_FLUSH_S = 120


class KafkaLoad:
    """Writes to the source topics."""

    def __init__(self, setting: Setting) -> None:
        self._failed = 0
        self._producer = Producer(
            {
                "bootstrap.servers": setting.bootstrap_servers,
                "enable.idempotence": True,
                "linger.ms": 0,
                "compression.type": "lz4",
                "partitioner": "murmur2_random",
                "queue.buffering.max.messages": 1_000_000,
            }
        )

    async def run(self, load: Load, made: Sequence[Sample], run: int) -> Done:
        """Write a load and wait for its acknowledgements."""
        self._failed, late = 0, 0.0
        start = time.time() + (_AHEAD_S if load.rate else 0)
        for number, due in enumerate(due_times(load, start)):
            late = max(late, _wait_until(due))
            self._write(made[number % len(made)], event_id(run, number, due), due)
        self._producer.flush(patience(_FLUSH_S))
        return Done(
            sent=load.count,
            failed=self._failed,
            seconds=time.time() - start,
            late_ms=late * 1e3,
        )

    def _write(self, sample: Sample, event_id: str, due: float) -> None:
        moment = rfc3339(datetime.fromtimestamp(due, UTC)).encode()
        own = [("ce_id", event_id.encode()), ("ce_time", moment)]
        while True:
            try:
                self._producer.produce(
                    sample.topic,
                    sample.value,
                    sample.event.subject.encode(),
                    headers=[*sample.headers, *own],
                    on_delivery=self._reported,
                )
            except BufferError:
                self._producer.poll(0.05)
            else:
                self._producer.poll(0)
                return

    def _reported(self, error: object, _: object) -> None:
        self._failed += error is not None


def _wait_until(due: float) -> float:
    """Wait for a time, epoch seconds; return how late it is by then.

    Not in librdkafka's `poll`: waking for every acknowledgement cost more than
    writing, and took the cores from what is measured.
    """
    while (early := due - time.time()) > 0:
        _NEVER.wait(early)
    return -early


_NEVER = threading.Event()


async def lines() -> AsyncIterator[bytes]:
    """What comes on standard input, line by line."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield line


async def _serve() -> None:
    writer: KafkaLoad | PeerLoad | None = None
    made: list[Sample] = []
    run = 0
    async for line in lines():
        if writer is None:
            setting = Setting.model_validate_json(line)
            made = samples(setting.schema_ids)
            writer = PeerLoad(setting.peer) if setting.peer else KafkaLoad(setting)
            told: BaseModel = Done()
        else:
            run += 1
            load = Load.model_validate_json(line)
            told = await writer.run(load, narrowed(made, load.types), run)
        sys.stdout.write(told.model_dump_json() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve())
