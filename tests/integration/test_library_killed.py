"""A service on `bus.Consumer` that is killed in the middle of its work."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.support.bus import ROOT, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.library import Library, library, produce, take

pytestmark = pytest.mark.kafka

# Rests after so many events until it is told to go on, and kills itself after more.
SERVICE = """
import asyncio, os, signal, sys
from bus import Consumer

async def main():
    kafka, registry, group, topic, rests, dies = sys.argv[1:]
    async with Consumer(kafka, registry, group=group, topics=[topic]) as consumer:
        for number in range(1, int(dies) + 1):
            received = await anext(consumer)
            received.settle()
            print(received.event.id, flush=True)
            if number == int(rests):
                await asyncio.to_thread(sys.stdin.readline)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
EVENTS, RESTS, DIES = 1_500, 500, 900


async def serve_and_kill(lib: Library) -> tuple[set[str], set[str]]:
    """Run a service to its end; return what it settled before a commit and after."""
    service = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVICE, lib.bootstrap_servers, lib.registry_url),
        *(f"{lib.name}.group", lib.topic, str(RESTS), str(DIES)),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    told, says = service.stdin, service.stdout
    assert told is not None
    assert says is not None

    async def settled(count: int) -> set[str]:
        return {(await says.readline()).decode().strip() for _ in range(count)}

    async def committed() -> bool:
        return await lib.lag() == EVENTS - RESTS

    try:
        before = await settled(RESTS)
        await wait_until(committed, 30, "the commit of what was settled")
        told.write(b"go on\n")
        after = await settled(DIES - RESTS)
        assert await service.wait() == -signal.SIGKILL
    finally:
        if service.returncode is None:
            service.kill()
            await service.wait()
    return before, after


async def test_a_killed_service_loses_nothing(kafka: KafkaUnderTest) -> None:
    """After SIGKILL the rest comes; again comes only what no commit told of."""
    async with library(kafka) as lib:
        ids = set(await produce(lib, EVENTS))
        before, after = await serve_and_kill(lib)
        assert (len(before), len(after)) == (RESTS, DIES - RESTS)
        missing = ids - before - after
        again: list[str] = []
        async with lib.consumer() as consumer:
            while missing:
                (received,) = await take(consumer, 1)
                received.settle()
                if received.event.id in missing:
                    missing.discard(received.event.id)
                else:
                    again.append(received.event.id)
        assert len(again) == len(set(again))
        assert set(again) <= after
