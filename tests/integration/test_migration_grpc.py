"""A partner moves from webhooks to gRPC; its handler counts what it did."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from bus.event import Event
from processors.migrations.steps import Planned, back, plan, step
from processors.migrations.world import MigrationsWorld, open_migrations
from processors.receiver import Behaviour
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.grpc_receiver import Call, GrpcReceiver
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event

pytestmark = pytest.mark.kafka
ORDERS = 40
TIERS = {"short": "300ms", "long": "900ms"}


@dataclass
class Partner:
    """One handler behind both transports: an event has an effect once, by its id."""

    bus: Bus
    effects: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _looked_at: int = 0

    def called(self, call: Call) -> Receipt:
        """By gRPC."""
        self._handle("grpc", call.metadata["webhook-id"])
        return Receipt()

    def look(self) -> int:
        """By webhook; return how many events have had their effect."""
        new = self.bus.receiver.received[self._looked_at :]
        self._looked_at += len(new)
        for one in new:
            if one.status == 200:
                self._handle("webhook", one.webhook_id)
        return len(self.effects)

    def _handle(self, way: str, event_id: str) -> None:
        self.calls[way] += 1
        self.effects.setdefault(event_id, way)


def events(number: int) -> Sequence[Event]:
    """The next event of every order."""
    return [order_event(f"SO-{order}", number) for order in range(ORDERS)]


@asynccontextmanager
async def partner_of(bus: Bus) -> AsyncIterator[tuple[Partner, MigrationsWorld]]:
    """A partner with webhooks, to be moved to gRPC; the migration is in its shadow."""
    partner = Partner(bus)
    bus.receiver.behave("/acme", Behaviour(fail_share=0.1))
    options = {"ordering": "key", "retry": list(TIERS)}
    await bus.subscribe("acme", **options)
    receiver = GrpcReceiver(always=partner.called)
    async with receiver, open_migrations(bus.world) as on:
        await plan(on, "acme-grpc", Planned(old="acme", shares=(50,)))
        url = f"grpc://127.0.0.1:{receiver.port}"
        await bus.subscribe("acme-grpc", url=url, **options)
        for _ in range(2):
            await step(on, "acme-grpc", force=True, why="the test's")
        yield partner, on


async def test_no_effect_is_missing_or_doubled(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Up to the end with a step back, a worker killed, requests refused."""
    sent: list[Event] = []
    async with (
        running_bus(kafka, tmp_path, "togrpc", tiers=TIERS) as bus,
        partner_of(bus) as (partner, on),
    ):

        async def happen() -> None:
            sent.extend(new := events(len(sent) // ORDERS))
            await bus.produce(new)

        worker = await bus.run()
        await worker.ready()
        await happen()
        assert not partner.calls["grpc"]
        await step(on, "acme-grpc", force=True, why="half of the orders")
        await happen()
        await worker.kill()
        again = await bus.run()
        await asyncio.gather(happen(), again.ready())
        await back(on, "acme-grpc", at_all=True, why="a rehearsal")
        await happen()
        for _ in range(2):
            await step(on, "acme-grpc", force=True, why="go on")
            await happen()
        await wait_until(lambda: partner.look() == len(sent), 90, "all had effects")
    assert set(partner.effects) == {event.webhook_id for event in sent}
    ways = Counter(partner.effects.values())
    assert min(ways["webhook"], ways["grpc"]) >= ORDERS
    assert partner.calls.total() - len(sent) <= 2 * ORDERS  # in flight at the kill
