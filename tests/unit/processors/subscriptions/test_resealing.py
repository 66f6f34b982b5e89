"""Sealing all secrets anew."""

import asyncio

from processors.subscriptions.resealing import reseal
from tests.support.past import Past
from tests.support.worlds import Worlds


async def test_what_is_removed_meanwhile_is_left_out(worlds: Worlds) -> None:
    """The others are sealed, and all is told of as it goes."""
    async with worlds.open() as world:
        await world.table.ready()
        for name in ("aa", "bb", "cc"):
            await Past(world).subscribe(name)
        told: list[tuple[int, int]] = []
        removals: list[asyncio.Task[None]] = []

        def hear(done: int, total: int) -> None:
            if not told:
                removals.append(asyncio.create_task(world.writer.remove("cc")))
            told.append((done, total))

        done = await reseal(world, progress=hear)
        assert (done.ids, done.unreadable) == (["aa", "bb"], [])
        assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
        await asyncio.gather(*removals)
