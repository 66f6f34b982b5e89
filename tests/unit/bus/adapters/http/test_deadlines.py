"""The wheel: never early, never forgotten, cheap when nothing expires."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bus.adapters.http.deadlines import Deadlines, Expiring


class Guarded:
    """Remembers when its time was up."""

    def __init__(self) -> None:
        self.expired: list[float] = []
        self.over = asyncio.Event()
        self.slot: set[Expiring] = set()

    def expire(self) -> None:
        """Take note, and leave the wheel as an exchange does."""
        self.slot.discard(self)
        self.expired.append(asyncio.get_running_loop().time())
        self.over.set()


@given(delays=st.lists(st.floats(min_value=-0.1, max_value=0.12), max_size=8))
@settings(max_examples=20, deadline=None)
async def test_each_expires_once_and_never_early(delays: list[float]) -> None:
    """Whatever the order they come in, each expires once, at its time or after."""
    now = asyncio.get_running_loop().time
    deadlines = Deadlines()
    watched = [(Guarded(), now() + delay) for delay in delays]
    for guarded, deadline in watched:
        guarded.slot = deadlines.add(guarded, deadline)

    async with asyncio.timeout(10):
        for guarded, _ in watched:
            await guarded.over.wait()

    for guarded, deadline in watched:
        assert len(guarded.expired) == 1
        assert guarded.expired[0] >= deadline
    deadlines.close()


async def test_removed_never_expires() -> None:
    """What was discarded in time hears nothing."""
    now = asyncio.get_running_loop().time
    deadlines = Deadlines()
    done, other = Guarded(), Guarded()
    slot = deadlines.add(done, now() + 0.01)
    deadlines.add(other, now() + 0.02)

    slot.discard(done)
    async with asyncio.timeout(10):
        await other.over.wait()

    assert done.expired == []
    deadlines.close()


async def test_works_after_a_rest() -> None:
    """After all is over the wheel stands still, and starts again when needed."""
    now = asyncio.get_running_loop().time
    deadlines = Deadlines()
    for _ in range(3):
        guarded = Guarded()
        guarded.slot = deadlines.add(guarded, now() + 0.01)
        async with asyncio.timeout(10):
            await guarded.over.wait()

    deadlines.close()
