"""Endpoints that are no webhooks: delivered to by their sink, or kept until then."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bus.adapters.memory import MemorySink, settle
from bus.delivery.delivery import Failed, Refused, Throttled
from bus.delivery.endpoint import Kind
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.ports import Answer, Change
from bus.sending import Sink
from bus.webhook.signing import verify
from processors.sinks import Sinks, Webhooks
from tests.contract.sinks.parcels import parcel
from tests.support.engine import MemoryBus

CALLED = "grpcs://wms.example"
WHY = 'pip install "orderbus[grpc]"'


@dataclass
class Library:
    """Makes the sink of gRPC, once its extra is installed."""

    there: bool
    sink: MemorySink = field(default_factory=MemorySink)
    asked: int = 0

    def make(self) -> Sink:
        """The sink, or why there is none."""
        self.asked += 1
        if not self.there:
            raise ConfigurationError(WHY)
        return self.sink


def bus_with(library: Library) -> MemoryBus:
    """A bus whose processes have this library."""
    bus = MemoryBus()
    bus.sinks = Sinks(bus.sender, {Kind.GRPC: library.make})
    return bus


@pytest.mark.parametrize(
    "change",
    [
        {"state": "paused"},
        {"state": "disabled"},
        {"url": CALLED + ":8443"},
        {"login": Login(username="bus", password="x")},  # noqa: S106 - a test's
        None,
    ],
)
async def test_nothing_is_kept_for_who_leaves(
    change: Mapping[str, object] | None,
) -> None:
    """What is open for a subscription is closed when it stops, goes, or moves."""
    library = Library(there=True, sink=(sink := MemorySink()))
    bus = bus_with(library)
    old = bus.subscribe("wms", url=CALLED)
    bus.subscribe("erp", url=CALLED)
    async with bus.running() as engine:
        wider = old.model_copy(update={"concurrency": 3})
        engine.changed(old, wider)
        assert not sink.left
        new = None if change is None else wider.model_copy(update=change)
        engine.changed(wider, new)
        assert sink.left == ["wms"]


async def test_nothing_is_kept_for_who_fails() -> None:
    """Nor for one whose breaker has opened."""
    library = Library(there=True, sink=(sink := MemorySink()))
    bus = bus_with(library)
    bus.subscribe("wms", url=CALLED)
    async with bus.running():
        sink.then(*[Failed(500, None, "")] * 30)
        for _ in range(30):
            await bus.produce()
        await settle()
        assert set(sink.left) == {"wms"}


async def test_each_kind_has_its_sink() -> None:
    """A call goes to the one, a webhook to the other; both carry the same body."""
    library = Library(there=True)
    bus = bus_with(library)
    bus.subscribe("wms", url=CALLED)
    bus.subscribe("erp")
    async with bus.running():
        event = await bus.produce()
        await settle()
        (parcel,) = library.sink.parcels
        (post,) = bus.sender.posts()
        assert parcel.body == post.body
        assert parcel.event.webhook_id == event.webhook_id
        assert (parcel.url, parcel.subscription.id) == (CALLED, "wms")
        assert dict(parcel.headers)["webhook-id"] == event.webhook_id
        outcomes = {(a.subscription, a.outcome, a.status) for a in bus.attempts}
        assert outcomes == {("wms", "accepted", 200), ("erp", "accepted", 200)}


async def test_what_follows_is_as_for_webhooks() -> None:
    """Tried again through the tiers, held where asked to, a dead letter if refused."""
    library = Library(there=True)
    library.sink.then(Failed(500), Throttled(429, 2.0), Refused(404, "NOT_FOUND"))
    bus = bus_with(library)
    bus.subscribe("wms", url=CALLED)
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(60)
        assert len(library.sink.parcels) == 3
        (letter,) = bus.dead_letters("wms")
        assert letter.attempts == 3


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_without_its_library_deliveries_wait(ordering: str) -> None:
    """No attempt is used, the reason is told, and others are delivered to."""
    library = Library(there=False)
    bus = bus_with(library)
    bus.subscribe("wms", url=CALLED, ordering=ordering)
    bus.subscribe("erp")
    async with bus.running():
        for number in range(3):
            await bus.produce("SO-1", number)
        await bus.clock.advance(600)
        assert len(bus.ids("erp")) == 3
        assert not bus.dead_letters("wms")
        assert ("wms", Change.HELD, WHY) in bus.observer.transitions
        tried = [a for a in bus.attempts if a.subscription == "wms" and a.number]
        assert not tried
    library.there = True
    async with bus.running():  # a process that has it
        await bus.clock.advance(60)
        assert len(library.sink.parcels) == 3
        assert not bus.dead_letters("wms")


async def test_probes_are_named() -> None:
    """A sink hears that an attempt asks whether an endpoint is well again."""
    library = Library(there=True)
    library.sink.always = Failed(503)
    bus = bus_with(library)
    bus.subscribe("wms", url=CALLED, retry=["1s"] * 20)
    async with bus.running():
        for number in range(20):
            await bus.produce(f"SO-{number}", number)
        await bus.clock.advance(120)
        assert not library.sink.parcels[0].probe
        assert library.sink.parcels[-1].probe


async def test_a_sink_is_made_once_and_when_needed() -> None:
    """Nothing of a kind that nobody uses; what was made is closed."""
    library = Library(there=True)
    sinks = Sinks(MemoryBus().sender, {Kind.GRPC: library.make})
    assert not library.asked
    assert sinks.of(Kind.GRPC) is sinks.of(Kind.GRPC)
    assert library.asked == 1
    await sinks.close()
    assert library.sink.closed


def test_a_kind_that_nothing_delivers_to() -> None:
    """Is said."""
    assert Sinks(MemoryBus().sender).of(Kind.GRPC) == (
        "this process does not deliver to grpc endpoints"
    )


async def test_a_value_as_it_came() -> None:
    """Where the endpoint asks for Avro, the event's own bytes are signed and sent."""
    sink = MemorySink()
    bus = MemoryBus()
    bus.sinks = Sinks(bus.sender, {Kind.KAFKA: lambda: sink})
    bus.subscribe("lake", url="kafka://broker.example/shop.orders?value=avro")
    async with bus.running():
        event = await bus.produce()
        await settle()
        (parcel,) = sink.parcels
        (record,) = bus.records(bus.catalogue.topic(event.type))
        assert parcel.body == record.value
        headers = dict(parcel.headers)
        assert headers["content-type"] == "application/avro"
        assert verify(
            headers["webhook-signature"],
            headers["webhook-id"],
            int(headers["webhook-timestamp"]),
            parcel.body,
            ["whsec_" + "QUJD" * 8],
            parcel.now_s,
        )


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_webhook_that_says_back_what_it_is_sent(status: int) -> None:
    """Its header's value is not told."""
    sent = parcel("https://a.example/", headers={"x-token": "tok-en-123"})
    said = Answer(status, None, "no such token: tok-en-123")

    outcome = Webhooks(MemoryBus().sender).judged(sent, said)

    assert isinstance(outcome, Refused | Throttled | Failed)
    assert (outcome.status, outcome.detail) == (status, "no such token: (hidden)")
