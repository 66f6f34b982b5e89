"""CPU time of the engine alone: real programs and telemetry, no Kafka, no HTTP.

    python -m tests.bench.engine [--events 5000] [--subscriptions 1] [--rounds 5]

The source hands over records made beforehand, the sender answers 200 in the next
turn of the loop, the publisher forgets. What is left is ours to make faster. On a
machine that others use, too, compare yardsticks: the same plain Python run before
and after each round, median of the rounds.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import uvloop

from bus.client.schemas import default_folder, load_catalogue
from bus.contracts.codec import parse_schema
from bus.delivery.headers import event_headers
from bus.errors import SchemaNotFoundError
from bus.ports import Answer, Listener, Post, Reply, SchemaText
from bus.record import Commit, Message, Record, SchemaRef, TopicPartition, Written
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.delivery.attempt_log import AttemptLog
from processors.delivery.engine import Engine, EngineParts, EnginePolicy
from processors.delivery.loop import Loop
from processors.delivery.subscribers import SubscriberPolicy
from processors.telemetry.observer import Telemetry, TelemetryConfig
from tests.bench.events import samples
from tests.bench.rig import Plan, subscription

_BATCH = 500
_YARDS = 1_000
_PARTITIONS = 4
_ROOT = Path(__file__).parents[2]


class _Schemas:
    def __init__(self) -> None:
        catalogue = load_catalogue()
        self.ids = {t: n for n, t in enumerate(catalogue.event_types, 1)}
        self._texts = {n: catalogue.schema(t).text for t, n in self.ids.items()}

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        if not isinstance(ref, int) or ref not in self._texts:
            raise SchemaNotFoundError(f"{ref}")
        return SchemaText(ref, self._texts[ref])

    async def answers(self, besides: SchemaRef) -> bool:  # noqa: ARG002 - the port
        return True

    async def by_type(self, topic: str, event_type: str) -> list[SchemaText]:  # noqa: ARG002 - the port
        return []

    async def register(self, subject: str, text: str) -> int:  # noqa: ARG002 - the port
        return 0


class _Publisher:
    failures = 0

    def publish(self, message: Message) -> Awaitable[Written]:
        done: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        done.set_result(Written(message.topic, 0, 0))
        return done

    def publish_soon(self, message: Message) -> None:
        """Forget it."""

    async def flush(self, timeout_s: float) -> int:  # noqa: ARG002 - the port
        return 0


class _Sender:
    def __init__(self) -> None:
        self.posts = 0
        self._answer = Answer(200)

    async def send(self, post: Post) -> Reply:  # noqa: ARG002 - the port
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Reply] = loop.create_future()
        loop.call_soon(waiter.set_result, self._answer)
        self.posts += 1
        return await waiter

    def start(self, post: Post, heard: Callable[[Reply | None], object]) -> bool:  # noqa: ARG002 - the port
        asyncio.get_running_loop().call_soon(heard, self._answer)
        self.posts += 1
        return True

    async def close(self) -> None:
        """Nothing is open."""


class _Source:
    async def start(self, topics: Collection[str], listener: Listener) -> None:
        """Assign all partitions."""
        partitions = [TopicPartition(t, p) for t in topics for p in range(_PARTITIONS)]
        await listener.assigned(dict.fromkeys(partitions, Commit(-1)))

    def subscribe(self, topics: Collection[str]) -> None:
        """They never change."""

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Nothing is fetched."""

    resume = pause

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Forget them."""

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Nothing stands still."""

    async def stop(self) -> None:
        """Nothing runs."""


class _Acks:
    def contains(self, subscription: str, event_id: str) -> bool:  # noqa: ARG002 - the port
        return False


def records(schema_ids: Mapping[str, int], events: int, first: int) -> list[Record]:
    """Records as the source would hand them over."""
    made = samples(schema_ids)
    now = datetime.now(UTC)
    found = []
    for number in range(first, first + events):
        sample = made[number % len(made)]
        event = replace(sample.event, id=f"e{number:031x}", time=now)
        found.append(
            Record(
                sample.topic,
                number % _PARTITIONS,
                number,
                int(now.timestamp() * 1000),
                event.subject.encode(),
                sample.value,
                event_headers(event),
            )
        )
    return found


async def run(options: argparse.Namespace) -> None:
    """Measure, and print CPU microseconds a delivery."""
    schemas, sender = _Schemas(), _Sender()
    engine = await _engine(schemas, sender)
    for number in range(options.subscriptions):
        plan = Plan(subscriptions=options.subscriptions)
        engine.changed(None, subscription(number, "http://127.0.0.1:1/", plan))
    await engine.start()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    seen: list[tuple[float, float]] = []
    profile = cProfile.Profile() if options.profile else None
    for number in range(options.rounds):
        batch = records(schemas.ids, options.events, number * options.events)
        if profile and number:
            profile.enable()
        before = _yardstick()
        spent = await _round(engine.programs[0].loop, batch, sender, options)
        seen.append((spent, 2 * spent / (before + _yardstick())))
        if profile:
            profile.disable()
    best = min(spent for spent, _ in seen) * 1e6
    ratio = median(ratio for _, ratio in seen)
    sys.stdout.write(f"{best:.1f} us CPU a delivery, {ratio:.2f} yardsticks\n")
    if profile:
        pstats.Stats(profile).sort_stats(options.profile).print_stats(45)


async def _engine(schemas: _Schemas, sender: _Sender) -> Engine:
    clock = SystemClock()
    telemetry = Telemetry(
        clock,
        TelemetryConfig(program="bench", log_format="json"),
        out=Path("/dev/null").open("wb"),  # noqa: SIM115, ASYNC230 - till the end
    )
    await telemetry.start()
    attempts = AttemptLog(
        _Publisher(),
        "bus.attempts",
        parse_schema((default_folder() / "Attempt.avsc").read_text()),
    )
    return Engine(
        EngineParts(
            sender=sender,
            publisher=_Publisher(),
            schemas=schemas,
            topology=Topology.parse((_ROOT / "deploy/topics.yaml").read_text()),
            acks=_Acks(),
            clock=clock,
            observer=telemetry,
            source=lambda _role: _Source(),
            log_attempt=attempts.write,
            disable=lambda _id, _why: None,
        ),
        # However slow the machine is at the moment: all are attempted.
        EnginePolicy(subscriber=SubscriberPolicy(spill_after_s=3600)),
        roles=["fanout"],
    )


async def _round(
    loop: Loop, batch: Sequence[Record], sender: _Sender, options: argparse.Namespace
) -> float:
    deliveries = len(batch) * int(options.subscriptions)
    total = sender.posts + deliveries
    began = time.process_time()
    for start in range(0, len(batch), _BATCH):
        loop.records(batch[start : start + _BATCH])
    while sender.posts < total or loop.unsettled:
        if not loop.alive():
            raise RuntimeError("the loop has ended")
        await SystemClock().sleep(0.001)
    return (time.process_time() - began) / deliveries


def _yardstick() -> float:
    """CPU seconds of a bit of plain Python: how fast the machine is just now."""
    began = time.process_time()
    for number in range(_YARDS):
        fields = {str(key): key * number for key in range(100)}
        sorted(fields.items(), key=lambda item: item[1])
    return (time.process_time() - began) / _YARDS


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--subscriptions", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", metavar="SORT", help="cumtime or tottime")
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
