"""A retry worker that serves the topics of very many subscriptions."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bus.delivery.subscription import Secret, Subscription
from bus.record import Message
from bus.webhook.signing import generate_secret
from processors.receiver import Behaviour
from processors.subscriptions.keys import read_key_file
from processors.subscriptions.stored import store
from tests.support.bus import CLOCK, Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest, embedded_kafka
from tests.support.orders import order_event
from tests.support.pace import patience

_LATE_S = 0.25
"""How late the p95 of a tier may be here: 50 ms, were the machine ours alone."""
_IDLE_S = 3.0
_AT_ONCE = 100


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaUnderTest]:
    """A broker of its own: thousands of topics would slow the other tests."""
    with embedded_kafka(tmp_path / "kafka") as running:
        yield running


async def subscribe_many(bus: Bus, count: int) -> None:
    """Make topics and records of subscriptions to rare events, many at once."""
    now = datetime.now(UTC)
    key_file = bus.settings.encryption_key_file
    assert key_file is not None
    keys = read_key_file(key_file)
    url = bus.receiver.url("/quiet")
    made = [
        Subscription(
            id=f"quiet-{number}",
            url=url,
            types=("risk.flagged",),
            secrets=(
                Secret(
                    id="s1",
                    value=generate_secret(secrets.token_bytes(32), "v1"),
                    created_at=now,
                ),
            ),
        )
        for number in range(count)
    ]
    topology = bus.world.topology
    for start in range(0, count, _AT_ONCE):
        some = made[start : start + _AT_ONCE]
        await bus.world.topics.create(
            [topic for one in some for topic in topology.topics_of(one)]
        )
    messages = (
        Message(
            topology.subscriptions,
            one.id.encode(),
            store(one, keys, secrets.token_bytes),
        )
        for one in made
    )
    await asyncio.gather(*map(bus.publisher.publish, messages))


def assigned(worker: Worker) -> int:
    """How many retry partitions the worker was given."""
    counts = [
        line["count"]
        for line in worker.lines("partitions")
        if line["change"] == "assigned" and str(line["group"]).endswith("retry")
    ]
    return sum(count for count in counts if isinstance(count, int))


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def idle(worker: Worker) -> str:
    """What the worker costs while nothing happens."""
    pid = worker.process.pid
    used = cpu_s(pid)
    await CLOCK.sleep(_IDLE_S)
    share = (cpu_s(pid) - used) / _IDLE_S
    return f"idle {share:.1%} of a core, {rss_mb(pid):.0f} MB"


async def newcomer(bus: Bus) -> list[float]:
    """Add a partner that fails once an event; return how late the retries were."""
    bus.receiver.behave("/newcomer", Behaviour(fail_first=1))
    await bus.subscribe("newcomer", types=["order.*"])
    events = [order_event("SO-new", number) for number in range(20)]
    await bus.produce(events[:1])
    await wait_until(lambda: bus.accepted("/newcomer"), 20, "the first retry")
    for event in events[1:]:
        await bus.produce([event])
        await CLOCK.sleep(0.1)
    await wait_until(
        lambda: len(bus.accepted("/newcomer")) == len(events), 20, "all retries"
    )
    return await lateness(bus)


@pytest.mark.kafka
@pytest.mark.timeout(400)
@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.long)])
async def test_one_more_subscription_disturbs_nobody(
    count: int, own_kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """A new subscription's first retry is on time; nobody loses a partition."""
    async with running_bus(own_kafka, tmp_path, "many") as bus:
        await subscribe_many(bus, count)
        began = CLOCK.monotonic()
        # Half of all attempts fail here, and that shall not open a breaker.
        worker = await bus.run(breaker_consecutive=1_000, breaker_window_min=1_000)
        await worker.ready(120)
        await wait_until(lambda: assigned(worker) >= 3 * count, 120, "all assigned")
        took_s = CLOCK.monotonic() - began
        first, *rest = await newcomer(bus)
        cost = await idle(worker)
        p95 = sorted(rest)[int(len(rest) * 0.95)]
        print(f"{count}: assigned in {took_s:.1f} s, {cost},")  # noqa: T201 - figures
        print(f"retries late: first {first:.3f} s, p95 {p95:.3f} s")  # noqa: T201 - likewise
        assert min(first, *rest) >= 0
        # Its topics are assigned at the next heartbeat, a second later at most.
        assert first < patience(2.0)
        assert p95 < patience(_LATE_S)
        assert assigned(worker) == 3 * count + 3
        changes = {str(line["change"]) for line in worker.lines("partitions")}
        assert changes == {"assigned"}
        assert await worker.stop() == 0


async def lateness(bus: Bus) -> list[float]:
    """How late each first retry of the newcomer was, seconds, in order of events."""
    topic = bus.world.topology.retry_topic("newcomer", "1s")
    due = {
        dict(record.headers)["ce_id"].decode(): record.timestamp_ms / 1000 + 1.0
        for record in await bus.records(topic)
    }
    return [
        r.at_ns / 1e9 - due[r.webhook_id]
        for r in bus.receiver.received
        if r.path == "/newcomer" and r.status == 200
    ]
