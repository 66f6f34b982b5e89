"""What an endpoint allows in the handshake is what it gets, on a real Kafka."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from processors.subscriptions.onboarding import verify
from processors.subscriptions.proof import How, Proof
from tests.support.bus import CLOCK, Bus, Worker, running_bus, wait_until
from tests.support.endpoint import Endpoint, Exchange, ok
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event

TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
_EVENTS = 40


@dataclass
class Partner:
    """Allows so many requests a minute, and takes what comes."""

    allows: int
    posts: int = 0

    def __call__(self, exchange: Exchange) -> None:
        """Answer."""
        if not exchange.head.startswith(b"OPTIONS"):
            self.posts += 1
            ok(exchange)
            return
        exchange.write(
            b"HTTP/1.1 200 OK\r\nwebhook-allowed-origin: *\r\n"
            b"webhook-allowed-rate: %d\r\ncontent-length: 0\r\n\r\n" % self.allows
        )


async def asked(bus: Bus, worker: Worker, name: str, times: int) -> float:
    """Have an endpoint asked, and the worker know what it said; what it allows."""
    one, proof = await verify(bus.world, name)
    assert isinstance(proof, Proof)
    assert proof.how is How.HANDSHAKE

    def knows() -> bool:
        told = [(one.get("subscription"), one.get("change")) for one in worker.lines()]
        return told.count((name, "updated")) >= times

    await wait_until(knows, 20, f"the worker knows what {name} allows")
    assert one.allowed_rate is not None
    return one.allowed_rate


@pytest.mark.kafka
@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_no_more_than_it_allows(
    ordering: str, kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """One a minute, while others get all; it allows more, and the rest comes, once."""
    partner = Partner(1)
    name = f"allowed-{ordering}"
    async with (
        running_bus(kafka, tmp_path, name, tiers=TIERS) as bus,
        Endpoint(partner) as endpoint,
    ):
        ways = {"ordering": ordering, "retry": list(TIERS), "rate": 1_000}
        await bus.subscribe("erp", url=endpoint.url(), **ways)
        await bus.subscribe("crm")
        worker = await bus.run()
        await worker.ready()
        rate = await asked(bus, worker, "erp", 1)
        began = CLOCK.monotonic()
        sent = [order_event(f"SO-{number}", number) for number in range(_EVENTS)]
        await bus.produce(sent)
        await wait_until(lambda: len(bus.accepted("/crm")) == _EVENTS, 30, "the others")
        await wait_until(lambda: partner.posts, 30, "the first")
        assert partner.posts <= 1 + (CLOCK.monotonic() - began) * rate
        partner.allows = 60_000
        await asked(bus, worker, "erp", 2)
        await wait_until(lambda: partner.posts >= _EVENTS, 30, "the rest")
        assert partner.posts == _EVENTS
        assert not await bus.records(bus.world.topology.dlq_topic("erp"))
        assert not worker.lines("bug")
        assert await worker.stop() == 0
