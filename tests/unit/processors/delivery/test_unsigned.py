"""A webhook is never sent unsigned: without a live secret, deliveries wait."""

from datetime import UTC, datetime

import pytest

from bus.adapters.memory import settle
from bus.delivery.delivery import Delivery, Origin, Retry
from bus.delivery.subscription import Secret, Subscription
from bus.ports import Answer, Change
from bus.record import Commit
from bus.webhook.signing import verify
from processors.delivery.content import Content
from processors.delivery.engine import Engine
from processors.delivery.partition import Partition, Tally
from processors.delivery.ticket import Ticket
from tests.support.engine import MemoryBus, url
from tests.support.turns import turn

_SECRET = "whsec_" + "QUJD" * 8


@pytest.fixture
def bus() -> MemoryBus:
    """A fresh bus."""
    return MemoryBus()


def secret(bus: MemoryBus, *, lasts_s: float | None = None) -> Secret:
    """A secret that ends so long from now, or never."""
    now = bus.clock.now()
    ends = None if lasts_s is None else datetime.fromtimestamp(now + lasts_s, UTC)
    made = datetime.fromtimestamp(now, UTC)
    return Secret(id="s2", value=_SECRET, created_at=made, expires_at=ends)


def give(bus: MemoryBus, engine: Engine, old: Subscription) -> None:
    """Give a subscription a secret that lasts."""
    engine.changed(old, old.model_copy(update={"secrets": (secret(bus),)}))


def all_signed(bus: MemoryBus) -> bool:
    """Whether everything that was posted carries a signature by the secret."""
    return all(
        verify(
            headers["webhook-signature"],
            headers["webhook-id"],
            int(headers["webhook-timestamp"]),
            post.body,
            [_SECRET],
            float(headers["webhook-timestamp"]),
        )
        for post in bus.sender.posts(url("erp"))
        for headers in [dict(post.headers)]
    )


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_without_a_secret_deliveries_wait(bus: MemoryBus, ordering: str) -> None:
    """They are held, not tried: no attempt is used, and all go out once there is one.

    The breaker hears of nothing, as nothing is the partner's fault.
    """
    erp = bus.subscribe("erp", secrets=[], ordering=ordering)
    async with bus.running() as engine:
        events = [await bus.produce("SO-1", number) for number in range(3)]
        await bus.clock.advance(3_600)
        assert not bus.sender.sent
        assert bus.observer.transitions[0] == (
            "erp",
            Change.HELD,
            "no signing secret that lasts",
        )
        if ordering == "none":
            assert [hop.attempts for hop in bus.hops("erp", "1s")] == [0, 0, 0]
        give(bus, engine, erp)
        await settle()
        assert sorted(bus.ids("erp")) == sorted(event.id for event in events)
        assert all_signed(bus)
        tried = [attempt for attempt in bus.attempts if attempt.number]
        assert [(a.number, a.outcome) for a in tried] == [(1, "accepted")] * 3
    changes = {change for _, change, _ in bus.observer.transitions}
    assert changes == {Change.UPDATED, Change.HELD}


async def test_last_secret_that_expires_holds_the_retries(bus: MemoryBus) -> None:
    """What fails is not tried on unsigned; with a new secret it goes on as it was."""
    erp = bus.subscribe("erp", secrets=[secret(bus, lasts_s=3)])
    bus.sender.always(url("erp"), Answer(500))
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(60)
        assert [a.number for a in bus.attempts] == [1, 2]
        give(bus, engine, erp)
        await bus.clock.advance(60)
        assert [a.number for a in bus.attempts] == [1, 2, 3, 4]
        assert all_signed(bus)


async def test_secret_that_expires_before_the_turn_comes(bus: MemoryBus) -> None:
    """Queued with a secret, its turn comes without: the ticket goes back untried."""
    erp = bus.subscribe("erp", concurrency=1)
    event = await bus.produce()
    (record,) = bus.records("oms.order")
    async with bus.running() as engine:
        await settle()
        before = len(bus.sender.sent)
        subscriber = engine.subscribers.get("erp")
        assert subscriber is not None
        tp = record.topic_partition
        partition = Partition(tp, Commit(0), Tally(9, lambda _: None))
        delivery = Delivery("erp", event, record, Origin(*record[:3], 0))
        home = Home()
        for _ in range(2):
            subscriber.offer(Ticket(delivery, Content(event), partition, home, 0.0))
        await turn()
        assert (subscriber.in_flight, subscriber.depth) == (1, 1)
        engine.changed(erp, erp.model_copy(update={"secrets": ()}))
        await settle()
        assert home.given_back == ["no signing secret that lasts"]
        assert (subscriber.in_flight, partition.in_flight) == (0, 0)
        assert len(bus.sender.sent) == before + 1


class Home:
    """A home that remembers what it was given back."""

    first = True

    def __init__(self) -> None:
        self.given_back: list[str] = []

    def held(self, ticket: Ticket, why: str) -> None:
        """Remember why."""
        del ticket
        self.given_back.append(why)

    async def retry(self, ticket: Ticket, route: Retry, detail: str) -> None:
        """Nothing."""

    def done(self, ticket: Ticket) -> None:
        """Nothing."""
