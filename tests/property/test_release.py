"""Letting quarantine go, compared with a model, through crashes and repairs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bus.adapters.memory.broker import Fault
from bus.contracts.framing import split_frame
from bus.delivery.headers import read_state
from bus.delivery.marks import Fate
from bus.errors import OrderbusError
from bus.record import Message, Record
from bus.samples.lifecycles import sample
from processors.redrive.quarantine import Item, WantedItems, read_items
from processors.redrive.release import Release
from processors.subscriptions.world import World
from tests.support.past import Past
from tests.support.reports import EVENT
from tests.support.worlds import Worlds

NAMES = ("acme", "beta")


@dataclass(frozen=True)
class Aside:
    """A record in quarantine: can it be decoded, after a repair, or never?"""

    kind: str
    key: bytes | None
    own: tuple[tuple[str, bytes], ...]


asides = st.builds(
    Aside,
    st.sampled_from(["good", "repaired", "broken", "unwanted"]),
    st.sampled_from([None, b"", b"a", b"b", b"\xff"]),
    st.lists(
        st.tuples(
            st.sampled_from(["x", "bus-mark", "bus-origin", "bus-quarantine-reason"]),
            st.binary(max_size=4),
        ),
        max_size=3,
    ).map(tuple),
)
failures = st.lists(st.sampled_from([None, Fault.REFUSE, Fault.LOSE_ACK]), max_size=12)


async def story(
    worlds: Worlds, records: Sequence[Aside], faults: Sequence[Fault | None]
) -> None:
    """Put them aside, release with troubles, repair, release until all is quiet."""
    async with worlds.open() as world:
        await world.table.ready()
        past = Past(world)
        for name in NAMES:
            await past.subscribe(name)
        good = await past.produce(sample("order.created", 1, EVENT.time))
        other = await past.produce(sample("payment.captured", 1, EVENT.time))
        used = max(split_frame(r.value)[0] for r in (good, other))
        unknown = b"\0" + (used + 1).to_bytes(4, "big") + (good.value or b"")[5:]
        bodies = {"good": good.value, "repaired": unknown, "broken": b"{}"}
        bodies["unwanted"] = other.value
        for offset, aside in enumerate(records):
            await _put(world, aside, bodies[aside.kind], offset)
        coming = iter(faults)
        worlds.broker.faults = lambda _: next(coming, None)
        for _ in range(3):
            try:
                await Release(world).run(_all(world), lambda _: None)
            except OrderbusError:
                continue
        worlds.broker.faults = lambda _: None
        text = (await worlds.schemas.by_id(split_frame(good.value)[0])).text
        again = text.replace('"doc":"', '"doc":"Again. ', 1)
        assert await worlds.schemas.register("again", again) == used + 1
        done = await Release(world).run(_all(world), lambda _: None)
        assert set(done.stuck) <= {"not_framed"}
        _judge(worlds, records, [item async for b in _all(world) for item in b], faults)


def _judge(
    worlds: Worlds,
    records: Sequence[Aside],
    items: Sequence[Item],
    faults: Sequence[Fault | None],
) -> None:
    """Nothing lost; nothing twice but by a crash; marks tell the truth."""
    places = dict(enumerate(records))
    for name in NAMES:
        hops = worlds.records(f"bus.retry.{name}.1s")
        found = [read_state(hop).origin.offset for hop in hops]
        wanted = {n for n, a in places.items() if a.kind in {"good", "repaired"}}
        assert set(found) == wanted
        if not any(faults):
            assert len(found) == len(wanted)
        for hop in hops:
            _untouched(hop, places[read_state(hop).origin.offset])
    fates = {item.place: item.fate for item in items}
    for n, aside in places.items():
        expected = Fate.PENDING if aside.kind == "broken" else Fate.REPLAYED
        assert fates[f"oms.order/0/{n}"] is expected


def _untouched(hop: Record, aside: Aside) -> None:
    """Key and headers are the record's own; what is ours in them is made anew."""
    assert hop.headers[: len(_foreign(aside))] == _foreign(aside)


def _foreign(aside: Aside) -> tuple[tuple[str, bytes], ...]:
    return tuple(h for h in aside.own if not h[0].startswith("bus-"))


def _all(world: World) -> AsyncIterator[Sequence[Item]]:
    return read_items(world, WantedItems())


async def _put(world: World, aside: Aside, value: bytes | None, offset: int) -> None:
    ours = (
        ("bus-quarantine-reason", b"first byte is 0x7b, not the 0x00"),
        ("bus-quarantine-origin", b"oms.order/0/%d" % offset),
        ("bus-quarantine-origin-ms", b"1000"),
        ("bus-quarantine-at-ms", b"2000"),
    )
    headers = (*aside.own, ("x", b""), *ours)
    message = Message(world.topology.quarantine, aside.key, value, headers)
    await world.publisher.publish(message)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(asides, max_size=6), faults=failures)
def test_each_goes_where_it_is_wanted(
    records: list[Aside], faults: list[Fault | None]
) -> None:
    """Whatever it bears, whatever fails meanwhile, whenever it is repaired."""
    asyncio.run(story(Worlds(), records, faults))
