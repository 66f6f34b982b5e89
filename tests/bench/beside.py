"""Another system in our place: the same events, the same receiver, the same figures."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # comes with jgo

from tests.bench.events import Done, Load, Peer
from tests.bench.measuring import Row, Sample, between, costs, look, percentiles
from tests.bench.meter import Meter
from tests.bench.processes import Child, Receiver, open_receiver, peer_load
from tests.bench.rig import CLOCK

_RATES = (200, 1000, 2000, 5000)
_WARM = Load(rate=200, count=1_000, seed=2)
_QUIET_S = 2.0
_LOOK_S = 0.1
_WORDS = 60


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the command line says about the other system."""
    group = parser.add_argument_group("another system")
    group.add_argument("--peer-url", help="submit to this system instead of ours")
    group.add_argument("--peer-template", type=Path, help="body, see tests/bench/peer")
    group.add_argument("--peer-header", action="append", default=[], metavar="N: V")
    group.add_argument(
        "--peer-fanout", type=int, default=1, metavar="N", help="its endpoints"
    )
    group.add_argument(
        "--peer-process",
        action="append",
        default=[],
        metavar="TEXT",
        help="its processes have this in their command line; their CPU is measured",
    )
    group.add_argument(
        "--peer-store",
        action="append",
        default=[],
        metavar="TEXT",
        help="as above, of its database and queue",
    )
    group.add_argument("--receiver-port", type=int, default=0, help="of --peer-url")


@dataclass
class Stage:
    """The other system as it is measured."""

    receiver: Receiver
    meter: Meter
    producer: Child
    fanout: int

    async def load(self, load: Load) -> Done:
        """Submit, and wait for the answers."""
        return Done.model_validate_json(await self.producer.ask(load.model_dump_json()))

    async def settled(self) -> int:
        """Wait until nothing arrives any more; how many requests have come."""
        arrived = -1
        while arrived != (arrived := await self.receiver.requests()):
            await CLOCK.sleep(_QUIET_S)
        return arrived


async def measure(options: argparse.Namespace) -> AsyncIterator[Row]:
    """Fixed rates after a warm-up, then as fast as it takes them, row by row."""
    async with AsyncExitStack() as stack:
        stage = await _opened(stack, options)
        await stage.load(_WARM)
        await stage.settled()
        for rate in _RATES:
            yield await _at_rate(stage, rate, 4 if options.quick else 15)
        yield await _saturated(stage, 2_000 if options.quick else 20_000)


async def _opened(stack: AsyncExitStack, options: argparse.Namespace) -> Stage:
    headers = dict(header.split(": ", 1) for header in options.peer_header)
    template = options.peer_template.read_text()
    receiver = await open_receiver(stack, port=options.receiver_port)
    producer = await peer_load(
        stack, Peer(url=options.peer_url, template=template, headers=headers)
    )
    meter = Meter(
        {
            "processors": _running(options.peer_process),
            "broker": _running(options.peer_store),
            "receiver": lambda: [receiver.child.process.pid],
        }
    )
    return Stage(receiver, meter, producer, options.peer_fanout)


def _running(texts: Sequence[str]) -> Callable[[], Sequence[int]]:
    """Finds the processes whose command line has one of these texts, not ours."""

    def found() -> Sequence[int]:
        return [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if any(text in " ".join(process.info["cmdline"] or ()) for text in texts)
            and "tests.bench" not in " ".join(process.info["cmdline"] or ())
        ]

    return found


async def _at_rate(stage: Stage, rate: int, seconds: int) -> Row:
    await stage.receiver.forget()
    first = await look(stage)
    done = await stage.load(Load(rate=rate, count=rate * seconds, seed=3))
    arrived = await stage.settled()
    last = await look(stage)
    return {
        "scenario": "peer",
        "case": f"{rate}/s",
        **_counted(stage, done, arrived),
        **percentiles(await stage.receiver.latency_ms()),
        "producer_late_ms": round(done.late_ms, 1),
        **_costs_only(costs(first, last)),
    }


async def _saturated(stage: Stage, events: int) -> Row:
    await stage.receiver.forget()
    loading = asyncio.create_task(
        stage.load(Load(rate=0, count=events)), name="as fast as it takes them"
    )
    samples = [await look(stage)]
    while not loading.done() or _still(samples):
        await CLOCK.sleep(_LOOK_S)
        samples.append(await look(stage))
    done = await loading
    return {
        "scenario": "peer",
        "case": "saturation",
        **_counted(stage, done, samples[-1].requests),
        **costs(*between(samples, samples[-1].requests)),
    }


def _still(samples: Sequence[Sample]) -> bool:
    """Whether anything came in the last seconds."""
    now = samples[-1]
    recent = [s for s in samples if now.at - s.at <= _QUIET_S]
    return len(recent) == len(samples) or recent[0].requests < now.requests


def _counted(stage: Stage, done: Done, arrived: int) -> Row:
    taken = done.sent - done.failed
    return {
        "submitted": done.sent,
        "refused": done.failed,
        **({"why": done.why[:_WORDS]} if done.failed else {}),
        "requests": arrived,
        "missing": taken * stage.fanout - arrived,
    }


def _costs_only(row: Row) -> Row:
    """Without a rate: it lasts until nothing comes any more."""
    return {name: value for name, value in row.items() if name != "deliveries_per_s"}
