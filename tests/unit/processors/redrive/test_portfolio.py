"""Dead letters by cause: how many, how old; read again only where something changed."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bus.delivery.delivery import Reason
from bus.delivery.marks import Fate, mark
from processors.redrive import portfolio as counting
from processors.redrive.portfolio import Portfolio
from tests.support.past import Past
from tests.support.worlds import Worlds


@pytest_asyncio.fixture
async def past() -> AsyncIterator[Past]:
    """A world with two subscriptions."""
    async with Worlds().open() as world:
        past = Past(world)
        await past.subscribe("acme")
        await past.subscribe("other")
        yield past


async def test_counts_what_is_pending_by_cause(past: Past) -> None:
    """Marked ones are not; the newest and the oldest are told."""
    (first, one), (second, two), *rest = await past.order()
    written = await past.die("acme", first, one)
    await past.die("acme", second, two)
    await past.die("acme", *rest[0], reason=Reason.REFUSED)
    await past.die("other", first, one)
    found = Portfolio(past.world)
    told = {(c.owner, c.reason): c for c in await found.letters()}
    assert {key: cause.count for key, cause in told.items()} == {
        ("acme", "exhausted"): 2,
        ("acme", "refused"): 1,
        ("other", "exhausted"): 1,
    }
    assert told["acme", "exhausted"].status == 503
    assert all(cause.complete for cause in told.values())
    letter = [
        r for r in await past.records("bus.dlq.acme") if r.offset == written.offset
    ]
    await past.world.publisher.publish(mark(letter[0], Fate.DISCARDED))
    counts = {(c.owner, c.reason): c.count for c in await found.letters()}
    assert counts["acme", "exhausted"] == 1
    assert counts["other", "exhausted"] == 1


async def test_says_where_it_stopped(past: Past, monkeypatch: object) -> None:
    """There are at least so many."""
    monkeypatch.setattr(counting, "MOST_COUNTED", 2)  # type: ignore[attr-defined]
    for event, record in (await past.order())[:4]:
        await past.die("acme", event, record)
    [cause] = await Portfolio(past.world).letters()
    assert (cause.count, cause.complete) == (2, False)
