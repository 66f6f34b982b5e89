"""Alerts over the bus itself, on a real Kafka, whoever is killed meanwhile."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bus.delivery.attributes import read_attributes
from bus.delivery.subscription import State
from bus.record import Record
from bus.samples.lifecycles import sample
from bus.times import moment_of
from processors.receiver.behaviour import Behaviour
from processors.watch.board import Board
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest

FIRED = "ops.alert_fired"


async def fired(bus: Bus) -> list[Record]:
    """The records that tell of alerts."""
    found = await bus.records(f"{bus.name}.oms.ops")
    return [r for r in found if read_attributes(r).type == FIRED]


async def disable(bus: Bus, name: str, owner: str) -> None:
    """Let an endpoint answer 410, so that its subscription is disabled."""
    bus.receiver.behave(f"/{name}", Behaviour(status=410))
    await bus.subscribe(name, owner=owner, types=["order.created"])
    now = moment_of(CLOCK.now() * 1000)
    await bus.produce([sample("order.created", 1, now)])

    def disabled() -> bool:
        found = bus.world.table.get(name)
        return found is not None and found.state is State.DISABLED

    await wait_until(disabled, 60, f"{name} is disabled")


@pytest.mark.kafka
async def test_a_killed_watch_neither_doubles_nor_loses(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """SIGKILL as soon as the event stands there; a tenant hears of its own only."""
    async with running_bus(kafka, tmp_path, "opsevents") as bus:
        for owner in ("", "acme", "globex"):
            types = ["*", "ops.alert_fired"] if owner == "globex" else [FIRED]
            await bus.subscribe(f"ops-{owner or 'all'}", owner=owner, types=types)
        await bus.run()
        await disable(bus, "shop-acme", "acme")
        killed = await bus.run("watch", watch_every_s=0.2)
        while not await fired(bus):
            assert killed.process.returncode is None, killed.log.read_text()[-2000:]
        await killed.kill()
        world = bus.world
        async with Board(world.reader, CLOCK, world.topology.alerts) as board:
            second = await bus.run("watch", watch_every_s=0.2)
            await disable(bus, "shop-globex", "globex")

            def told() -> bool:
                alerts = board.alerts.values()
                return len(alerts) > 1 and all("bus" in one.told for one in alerts)

            await wait_until(told, 90, "both are told")
            assert second.lines("bug") == []
        records = await fired(bus)
        ids = {read_attributes(r).id for r in records}
        values = {r.value for r in records}
        assert len(ids) == len(values) == 2  # told again it is the same, to the byte

        def arrived() -> bool:
            return len(set(bus.accepted("/ops-all"))) == 2

        await wait_until(arrived, 30, "the operators heard of both")
        for path in ("/ops-acme", "/ops-globex"):
            await wait_until(partial(about, bus, path), 30, path)
        await asyncio.gather(*(worker.stop() for worker in bus.workers))
        assert about(bus, "/ops-acme") == {"disabled:subscription/shop-acme"}
        assert about(bus, "/ops-globex") == {"disabled:subscription/shop-globex"}


def about(bus: Bus, path: str) -> set[str]:
    """Which alerts arrived there."""
    found = [one for one in bus.receiver.received if one.path == path]
    return {one.order_id for one in found if one.type == FIRED}
