"""How fast a backlog is let out."""

from processors.convert.engine import ConvertPolicy
from tests.support.converting import World, order


async def test_a_backlog_is_told_at_the_rate_that_is_set() -> None:
    """A second's worth at once, then as many a second; all of it in the end."""
    world = World()
    world.send(*(order(number) for number in range(40)))
    async with world.running(ConvertPolicy(rate=5)):
        began = len(world.told())
        assert 5 <= began <= 8
        await world.clock.advance(4)
        assert began + 19 <= len(world.told()) <= began + 21
        await world.clock.advance(5)
    assert len(world.told()) == 40
    assert world.unsettled() == 0
