"""Looking for a text in the content of events, within bounds."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bus.adapters.memory import MemoryClock
from bus.event import Event
from bus.record import Message, Record
from processors.redrive.backwards import Places
from processors.redrive.searching import Bounds, Looked, Sought, lanes, search
from tests.support.past import Past


async def orders(past: Past, count: int) -> list[tuple[Event, Record]]:
    """Some lives of orders."""
    return [pair for seed in range(count) for pair in await past.order(seed)]


async def look(
    past: Past,
    text: str,
    *,
    limit: int = 100,
    places: Places | None = None,
    bounds: Bounds | None = None,
    **narrower: object,
) -> Looked:
    """Search all of it, or a part."""
    among = await lanes(past.world, sorted(past.world.topology.sources))
    sought = Sought(text=text, **narrower)  # type: ignore[arg-type]
    return await search(
        past.world, sought, among, limit=limit, places=places, bounds=bounds
    )


async def test_finds_what_stands_in_the_content(past: Past) -> None:
    """In any case, in every topic, with the text around it; the rest is not found."""
    life = await orders(past, 3)
    order = life[0][0].subject
    looked = await look(past, order.lower())
    mine = {event.webhook_id for event, _ in life if event.subject == order}
    assert {hit.event.webhook_id for hit in looked.hits} == mine
    assert {hit.match for hit in looked.hits} == {order}
    assert all(f'"order_id":"{order}"' for _ in looked.hits)
    assert (looked.read, looked.left, looked.places) == (len(life), 0, None)
    assert looked.ended == "all"
    assert not (await look(past, "nothing of this kind")).hits


async def test_types_and_times_narrow(past: Past) -> None:
    """Patterns of types; what is older is not looked into."""
    life = await orders(past, 2)
    order = life[0][0].subject
    looked = await look(past, order, types=["order.created"])
    assert [hit.event.type for hit in looked.hits] == ["order.created"]
    assert not (await look(past, order, since_ms=past.now_ms + 1)).hits


@pytest.mark.parametrize(
    ("bounds", "ended"),
    [
        (Bounds(records=7), "records"),
        (Bounds(bytes=3_000), "bytes"),
        (Bounds(seconds=0), "seconds"),
    ],
)
async def test_a_bound_ends_it_and_says_so(
    past: Past, bounds: Bounds, ended: str
) -> None:
    """With what is left, and where it goes on."""
    life = await orders(past, 30)
    looked = await look(past, "zzz", bounds=bounds)
    assert looked.ended == ended
    assert looked.places is not None
    assert looked.read < len(life)
    assert looked.left == len(life) - looked.read


@pytest.mark.parametrize("most", [7, 50])
async def test_goes_on_until_all_is_looked_at(past: Past, most: int) -> None:
    """Every event once, however small the parts; what is new does not disturb."""
    life = await orders(past, 6)
    found: list[str] = []
    places: Places | None = None
    for _ in range(1_000):
        looked = await look(
            past, "order_id", limit=5, places=places, bounds=Bounds(records=most)
        )
        found += [hit.event.webhook_id for hit in looked.hits]
        places = looked.places
        if places is None:
            break
        assert looked.ended in {"found", "records"}
    assert sorted(found) == sorted(event.webhook_id for event, _ in life)


async def test_however_slow_it_is_it_ends_about_in_time(past: Past) -> None:
    """A step is as large as the time that is left allows, at the pace so far."""
    reader, stands = past.world.reader, past.world.clock
    assert isinstance(stands, MemoryClock)
    clock: MemoryClock = stands
    ((_, made), *_) = await orders(past, 1)
    again = Message(made.topic, made.key, made.value, made.headers)
    for _ in range(1_500):
        await past.world.publisher.publish(again)

    class Slow:
        """A hundred records take a second."""

        async def read(self, topic: str, **bounds: Any) -> AsyncIterator[Any]:
            async for batch in reader.read(topic, **bounds):
                await clock.advance(len(batch) / 100)
                yield batch

    slow = replace(past.world, reader=Slow())  # type: ignore[arg-type]
    began = clock.monotonic()
    among = await lanes(slow, sorted(slow.topology.sources))
    looked = await search(slow, Sought(text="zzz"), among, limit=9)
    assert looked.ended == "seconds"
    assert 400 <= looked.read <= 700
    assert clock.monotonic() - began <= 7


async def test_what_cannot_be_decoded_is_counted(past: Past) -> None:
    """And stops nothing."""
    await orders(past, 1)
    await past.world.publisher.publish(Message("oms.order", b"k", b"\x00bad", ()))
    looked = await look(past, "order_id")
    assert looked.undecodable == 1
    assert len(looked.hits) == looked.read - 1
