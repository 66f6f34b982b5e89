"""How a scenario is measured: samples of counts and CPU, and figures from them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from tests.bench.events import Load, due_of
from tests.bench.meter import Meter, Reading
from tests.bench.processes import Receiver
from tests.bench.rig import CLOCK, Rig
from tests.support.pace import patience

Row: TypeAlias = dict[str, object]
"""One line of results: `scenario`, `case`, and figures by name."""

_LOOK_S = 0.1
_FIRST, _LAST = 0.1, 0.95
_SETTLE_S = 0.5


class Sample(NamedTuple):
    """What was seen at a moment, monotonic seconds."""

    at: float
    requests: int
    reading: Reading


class Seen(Protocol):
    """What can be looked at."""

    receiver: Receiver
    meter: Meter


async def look(rig: Seen) -> Sample:
    """See how things stand."""
    requests = await rig.receiver.requests()
    return Sample(CLOCK.monotonic(), requests, rig.meter.read())


async def saturate(rig: Rig, events: int, within_s: float = 300) -> Row:
    """Write events as fast as can be; figures of the stretch from 10 % to 95 %."""
    total = events * rig.plan.subscriptions
    await rig.receiver.forget()
    writing = asyncio.create_task(rig.load(Load(rate=0, count=events)))
    samples = [await look(rig)]
    began = samples[0].at
    while samples[-1].requests < total and samples[-1].at - began < patience(within_s):
        await CLOCK.sleep(_LOOK_S)
        samples.append(await look(rig))
    await writing
    if samples[-1].requests < total * _FIRST:
        came = f"{samples[-1].requests} of {total} deliveries"
        raise RuntimeError(f"only {came} came within {patience(within_s):.0f} s")
    return {
        "events": events,
        "requests": samples[-1].requests,
        "complete": samples[-1].requests >= total,
        **costs(*between(samples, total)),
    }


def between(samples: Sequence[Sample], total: int) -> tuple[Sample, Sample]:
    """Those at 10 % and at 95 % of a total, the last where it was not reached."""
    first = next((s for s in samples if s.requests >= total * _FIRST), samples[0])
    last = next((s for s in samples if s.requests >= total * _LAST), samples[-1])
    return first, last


def costs(first: Sample, last: Sample) -> Row:
    """Rate, CPU per 1,000 deliveries by part, memory at the end."""
    requests = max(last.requests - first.requests, 1)
    spent = {
        part: (last.reading.cpu_s[part] - first.reading.cpu_s[part]) * 1000 / requests
        for part in last.reading.cpu_s
    }
    processors, broker = spent["processors"], spent["broker"]
    return {
        "deliveries_per_s": round(requests / max(last.at - first.at, 1e-3)),
        **{f"cpu_s_per_1000_{part}": round(cpu, 4) for part, cpu in spent.items()},
        "cpu_s_per_1000_with_broker": round(processors + broker, 4),
        "deliveries_per_cpu_s": round(1000 / max(processors, 1e-6)),
        "processors_mb": round(last.reading.rss_mb["processors"]),
    }


async def at_rate(rig: Rig, rate: float, seconds: float, *, warm_s: float = 2) -> Row:
    """Write at a rate; latency from due to arrival after a short warm-up."""
    await rig.load(Load(rate=rate, count=max(1, round(rate * warm_s)), seed=2))
    await CLOCK.sleep(_SETTLE_S)
    await rig.receiver.forget()
    first = await look(rig)
    count = round(rate * seconds)
    done = await rig.load(Load(rate=rate, count=count, seed=3))
    total = count * rig.plan.subscriptions
    behind_s = await rig.arrived(total, within_s=max(30, seconds))
    last = await look(rig)
    return {
        "events_per_s": round(rate, 1),
        "requests": last.requests,
        "complete": last.requests >= total,
        **percentiles(await rig.receiver.latency_ms()),
        "producer_late_ms": round(done.late_ms, 1),
        "caught_up_after_s": round(behind_s, 2),
        **costs(first, last),
    }


def percentiles(latency_ms: Mapping[str, float]) -> Row:
    """The percentiles as figures of a row."""
    return {
        f"{name}_ms": round(latency_ms[name], 2)
        for name in ("p50", "p95", "p99")
        if name in latency_ms
    }


def latencies_ms(log: Sequence[Mapping[str, object]], attempt: int = 1) -> list[float]:
    """From due to arrival of the attempts of this number, out of a receiver's log."""
    return [
        int(str(one["at_ns"])) / 1e6 - due_of(str(one["webhook_id"])) * 1e3
        for one in log
        if one["attempt"] == attempt
    ]


async def kill_while_loading(rig: Rig, load: Load, after_s: float) -> None:
    """Run a load, and SIGKILL the first worker in the middle of it."""
    loading = asyncio.create_task(rig.load(load))
    await CLOCK.sleep(after_s)
    rig.workers[0].process.kill()
    await loading
