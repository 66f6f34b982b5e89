"""Lanes are shared, kept while somebody uses them, and closed in the end."""

import asyncio
from dataclasses import dataclass, field

from bus.adapters.lanes import Lanes


@dataclass(eq=False)
class Lane:
    """Knows whether it was closed."""

    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def closed(self) -> bool:
        """Whether it was."""
        return self.closing.is_set()

    async def close(self) -> None:
        """See `Closing`."""
        self.closing.set()


async def test_one_a_key() -> None:
    """Who has the same key has the same lane; closing closes all, and begins anew."""
    lanes: Lanes[str, Lane] = Lanes()
    first = lanes.use("a", "acme", Lane).lane
    assert lanes.use("a", "acme", Lane).lane is first
    assert lanes.use("b", "acme", Lane).lane is not first
    await lanes.close()
    assert first.closed
    again = lanes.use("a", "acme", Lane).lane
    assert again is not first
    await lanes.close()
    assert again.closed


async def test_who_is_not_used_is_closed() -> None:
    """By a timer, whether another is made or not; what is under way is waited for."""
    lanes: Lanes[str, Lane] = Lanes(idle_s=0.01)
    with lanes.use("busy", "acme", Lane) as busy:
        idle = lanes.use("idle", "acme", Lane).lane
        await idle.closing.wait()
        assert not busy.closed
    await busy.closing.wait()
    await lanes.close()


async def test_closed_when_all_have_left() -> None:
    """And not before; who is another one's stays."""
    lanes: Lanes[str, Lane] = Lanes()
    shared = lanes.use("shared", "acme", Lane).lane
    lanes.use("shared", "wms", Lane)
    own = lanes.use("own", "acme", Lane).lane
    lanes.leave("acme")
    await own.closing.wait()
    assert not shared.closed
    lanes.leave("acme")
    lanes.leave("wms")
    await shared.closing.wait()
    await lanes.close()


async def test_what_is_under_way_may_end() -> None:
    """A lane that all have left is closed with the last that is under way on it."""
    lanes: Lanes[str, Lane] = Lanes()
    with lanes.use("a", "acme", Lane) as lane:
        with lanes.use("a", "acme", Lane):
            lanes.leave("acme")
        assert not lane.closing.is_set()
    await lane.closing.wait()
    assert lanes.kept("a") is None
    await lanes.close()


async def test_nobody_waits_for_ever() -> None:
    """What does not end is closed all the same."""
    lanes: Lanes[str, Lane] = Lanes(grace_s=0.01)
    with lanes.use("a", "acme", Lane) as lane:
        lanes.leave("acme")
        await lane.closing.wait()
    await lanes.close()


async def test_who_comes_back_has_it_still() -> None:
    """Who left and returns in time keeps the lane."""
    lanes: Lanes[str, Lane] = Lanes(grace_s=0.01)
    with lanes.use("a", "acme", Lane) as lane:
        lanes.leave("acme")
        assert lanes.use("a", "acme", Lane).lane is lane
        past = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, past.set)
        await past.wait()
    assert not lane.closed
    await lanes.close()
    assert lane.closed


async def test_dropped() -> None:
    """Nobody is given it any more, and what is under way may end."""
    lanes: Lanes[str, Lane] = Lanes()
    with (berth := lanes.use("a", "acme", Lane)) as lane:
        lanes.drop(berth)
        assert lanes.use("a", "acme", Lane).lane is not lane
        assert not lane.closed
    await lane.closing.wait()
    with (berth := lanes.use("a", "acme", Lane)) as other:
        lanes.drop(berth)
        await lanes.close()
        assert other.closed


async def test_no_more_than_so_many() -> None:
    """The oldest makes room."""
    lanes: Lanes[str, Lane] = Lanes(most=1)
    old = lanes.use("a", "acme", Lane).lane
    lanes.use("b", "acme", Lane)
    await old.closing.wait()
    await lanes.close()
