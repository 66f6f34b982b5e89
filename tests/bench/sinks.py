"""What a delivery costs by each kind of endpoint, all in turn, beside webhooks.

The sinks run in this process and Kafka's client beside it, what they deliver to in
others: gRPC's, HTTP's, AWS's and Google's are Python, the others what partners have.
Parcels are made before.
"""

import asyncio
import gc
import itertools
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

import aio_pika
import nats
import orjson
import psutil

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka.writer import PROGRAM as _WRITES
from bus.delivery.delivery import Accepted
from bus.delivery.endpoint import kind_of
from bus.sending import Parcel, Sink
from processors.sinks import Sinks
from processors.wiring.relays import Relays
from processors.wiring.sinks import make_sinks
from tests.bench.measuring import Row
from tests.bench.pull_peer import TOKEN
from tests.contract.sinks.parcels import parcel
from tests.support.aws import ACCOUNT, KEY, REGION
from tests.support.bus import ROOT
from tests.support.kafka import cache_dir, create_topic
from tests.support.nats_server import running_nats
from tests.support.pubsub_emulator import PROJECT
from tests.support.rabbitmq import missing_rabbitmq, running_rabbitmq
from tests.support.redis_server import running_redis

_BODY = orjson.dumps({"type": "order.created", "data": {"text": "x" * 1_100}})
_IN_FLIGHT, _ORDERS = 64, 1_000
_EACH, _TURNS = 2_000, 5
_RECEIVER = ("processors.receiver", "--forget", "--until-eof")
_NUMBERS = itertools.count()


@dataclass
class Case:
    """Where deliveries of a kind go, and what they cost in each turn."""

    name: str
    url: str
    login: Mapping[str, str] | None = None
    cpu_s: list[float] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)


async def delivered(quick: bool) -> AsyncIterator[Row]:  # noqa: FBT001 - as all scenarios
    """Every kind of endpoint: deliveries a second, and the CPU of a thousand.

    Quick leaves out those whose servers take long to start: Kafka, RabbitMQ.
    """
    each, turns = (500, 3) if quick else (_EACH, _TURNS)
    async with AsyncExitStack() as there:
        cases = await there.enter_async_context(_there(quick=quick))
        relay = there.enter_context(_peer(("tests.bench.pull_peer",)))
        await _prepare(cases)
        guard = Guard(allow=["127.0.0.0/8"])
        sender = LeanSender(guard)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(sender.close)
            sinks = make_sinks(sender, guard, relays=Relays((relay,), TOKEN))
            stack.push_async_callback(sinks.close)
            for case in cases:
                await _turn(sinks, case, _IN_FLIGHT * 2)
                case.cpu_s.clear()
                case.took_s.clear()
            for _ in range(turns):
                for case in cases:
                    await _turn(sinks, case, each)
    for case in cases:
        yield _row(case, cases[0], each)


def _row(case: Case, first: Case, each: int) -> Row:
    """Medians; the ratio is that of one turn, as its neighbours share its moment."""
    ratios = [one / http for one, http in zip(case.cpu_s, first.cpu_s, strict=True)]
    return {
        "case": case.name,
        "deliveries_s": round(each / median(case.took_s)),
        "cpu_ms_1000": round(median(case.cpu_s) / each * 1e6),
        "cpu_of_http": round(median(ratios), 2),
    }


async def _turn(sinks: Sinks, case: Case, count: int) -> None:
    sink = sinks.of(kind_of(case.url))
    if isinstance(sink, str):
        raise SystemExit(sink)
    parcels = [_parcel(case) for _ in range(count)]
    gc.collect()
    began, cpu = time.perf_counter(), _cpu_s()
    await _send(sink, parcels)
    case.cpu_s.append(_cpu_s() - cpu)
    case.took_s.append(time.perf_counter() - began)


def _cpu_s() -> float:
    """This side's: this process, and those that write to a Kafka for it."""
    spent = time.process_time()
    for one in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if str(_WRITES) in one.cmdline():
                times = one.cpu_times()
                spent += times.user + times.system
    return spent


def _parcel(case: Case) -> Parcel:
    number = next(_NUMBERS)
    order = f"SO-{number % _ORDERS}"
    return parcel(
        case.url, _BODY, number=number, order=order, timeout_s=30, login=case.login
    )


async def _send(sink: Sink, parcels: Sequence[Parcel]) -> None:
    left = iter(parcels)

    async def worker() -> None:
        for one in left:
            outcome = await sink.send(one)
            if not isinstance(outcome, Accepted):
                raise SystemExit(f"{one.url}: {outcome}")

    await asyncio.gather(*(worker() for _ in range(_IN_FLIGHT)))


# --- what is delivered to


@asynccontextmanager
async def _there(*, quick: bool) -> AsyncIterator[Sequence[Case]]:
    """Those that this machine has; webhooks come first."""
    name = f"b{uuid4().hex[:8]}"
    with (
        _peer(_RECEIVER) as http,
        _peer(("tests.bench.grpc_peer",)) as grpc,
        _peer(("tests.bench.cloud_peer",)) as cloud,
        running_nats() as stream,
        running_redis() as redis,
    ):
        cases = [
            Case("http", http),
            Case("grpc", grpc),
            Case("grpc, 100 a call", f"{grpc}?batch=100"),
            Case("pull", "pull://grpc"),
            Case("nats", f"nats://127.0.0.1:{stream.port}/{name}.{{type}}"),
            Case("redis", f"redis://127.0.0.1:{redis.port}/{name}"),
        ]
        cases += _clouds(cloud.partition("://")[2])
        if quick:
            yield cases
            return
        async with _slow(name) as more:
            yield [*cases, *more]


def _clouds(where: str) -> Iterator[Case]:
    """AWS's and Google's, all at one place."""
    for service in ("sqs", "sns", "eventbridge"):
        url = f"{service}+http://{where}/{ACCOUNT}/orders?region={REGION}"
        yield Case(service, url, KEY)
    yield Case("pubsub", f"pubsub+http://{where}/{PROJECT}/orders")


@asynccontextmanager
async def _slow(name: str) -> AsyncIterator[Sequence[Case]]:
    """Those whose servers take long to start."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        kafka = EmbeddedKafka(folder, cache_dir())
        await stack.enter_async_context(kafka)
        create_topic(kafka.bootstrap_servers, name)
        cases = [Case("kafka", f"kafka://{kafka.bootstrap_servers}/{name}")]
        if missing_rabbitmq():
            yield cases
            return
        with running_rabbitmq() as rabbit:
            where = f"127.0.0.1:{rabbit.port}"
            amqp = Case("amqp", f"amqp://{where}/queues/{name}")
            # The same broker's plug-in: another queue, as what came last is read last.
            amqp1 = Case("amqp1", f"amqp1://{where}//amq/queue/{name}-1")
            yield [*cases, amqp, amqp1]


@contextmanager
def _peer(module: Sequence[str]) -> Iterator[str]:
    """A partner in a process of its own; gives its URL."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", *module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        yield str(orjson.loads(process.stdout.readline())["url"])
        assert process.stdin is not None
        process.stdin.close()


async def _prepare(cases: Sequence[Case]) -> None:
    """Make the queues and streams."""
    for case in cases:
        where, _, path = case.url.partition("://")[2].partition("/")
        match kind_of(case.url):
            case "nats":
                client = await nats.connect(f"nats://{where}")
                name = path.partition(".")[0]
                await client.jetstream().add_stream(name=name, subjects=[f"{name}.>"])
                await client.close()
            case "amqp" | "amqp1":
                async with await aio_pika.connect(f"amqp://{where}") as connection:
                    channel = await connection.channel()
                    await channel.declare_queue(path.rpartition("/")[2], durable=True)
            case _:
                continue
