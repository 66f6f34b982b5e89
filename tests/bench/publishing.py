"""Events published over the HTTP API, beside the same events written to Kafka."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # comes with jgo

from tests.bench.events import Done, Load, Peer, Setting
from tests.bench.measuring import Row, at_rate, percentiles, saturate
from tests.bench.processes import Child, start_child
from tests.bench.rig import Plan, Rig, open_rig

_RATES = (200, 500, 1000)
_AT_ONCE = {1: 64, 50: 8, 500: 4}
"""Events a request, and how many requests are under way where they go at once."""
_ROUNDS = 3


async def published(quick: bool) -> AsyncIterator[Row]:  # noqa: FBT001
    """(p) Published over the HTTP API, beside Kafka: from due to arrival."""
    fastest = 0.0
    async with open_rig(Plan(workers=False)) as rig, _gateway(rig) as gateway:
        for at_once, under_way in _AT_ONCE.items():
            load = await gateway.load(at_once=at_once, under_way=under_way)
            await _published(gateway, load, 500)  # warms up
            row = await _published(gateway, load, 2_000 if quick else 10_000)
            fastest = fastest or float(str(row["events_per_s"]))
            yield {"case": f"API, {at_once} a request, at once", **row}
    async with open_rig(Plan()) as rig, _gateway(rig) as gateway:
        await saturate(rig, 3_000)
        ways = {"Kafka": rig.producer, "API": await gateway.load()}
        for rate in (rate for rate in _RATES if rate < 0.95 * fastest):
            for round_ in range(1 if quick else _ROUNDS + 1):
                for way, rig.producer in ways.items():  # in turns: machines vary
                    row = await at_rate(rig, rate, 4 if quick else 15)
                    if round_ or quick:  # the first warms up
                        yield {"case": f"{way}, {rate}/s", **row}
        rig.producer = ways["Kafka"]


async def _published(gateway: "Gateway", load: Child, events: int) -> Row:
    """As fast as it goes; from the request to Kafka's acknowledgement."""
    cpu_s = gateway.cpu_s()
    asked = Load(rate=0, count=events)
    done = Done.model_validate_json(await load.ask(asked.model_dump_json()))
    answered = percentiles(done.answered_ms)
    return {
        "events_per_s": round(done.sent / done.seconds),
        "failed": done.failed,
        **{f"answered_{name}": ms for name, ms in answered.items()},
        "cpu_s_per_1000_gateway": round((gateway.cpu_s() - cpu_s) * 1e3 / done.sent, 3),
    }


@dataclass
class Gateway:
    """A gateway that limits nobody, and what publishes through it."""

    url: str
    token: str
    process: Child
    stack: AsyncExitStack

    async def load(self, *, at_once: int = 1, under_way: int = 5_000) -> Child:
        """Start a producer that publishes here, so many events a request."""
        peer = Peer(
            url=f"{self.url}/v1/events",
            template='{"id":"{id}","type":"{type}","data":{whole}}',
            headers={"authorization": f"Bearer {self.token}"},
            at_once=at_once,
            under_way=under_way,
            envelope='{"events":[{events}]}' if at_once > 1 else "{events}",
        )
        child = await start_child("tests.bench.load")
        self.stack.push_async_callback(child.stop)
        await child.ask(Setting(peer=peer).model_dump_json())
        return child

    def cpu_s(self) -> float:
        """What it has used so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def _gateway(rig: Rig) -> AsyncIterator[Gateway]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await rig.start_other(
        "gateway",
        ORDERBUS_API_PORT=str(port),
        ORDERBUS_API_KEY_RATE="0",
        ORDERBUS_API_ADDRESS_RATE="0",
        ORDERBUS_API_KEY_AT_ONCE="5000",
        ORDERBUS_API_CONNECTIONS="0",  # the load opens one for each that waits
    )
    await rig.ready(process)
    key = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "processors.cli", "keys", "create"),
        *("--role", "producer", "--json"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **rig.environment()},
    )
    said, _ = await key.communicate()
    async with AsyncExitStack() as stack:
        token = str(json.loads(said)["token"])
        yield Gateway(f"http://127.0.0.1:{port}", token, process, stack)
