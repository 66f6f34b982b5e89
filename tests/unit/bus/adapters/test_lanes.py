"""Lanes are shared, kept while somebody uses them, and closed in the end."""

from dataclasses import dataclass

from bus.adapters.lanes import Lanes
from tests.support.turns import turn


@dataclass(eq=False)
class Lane:
    """Knows whether it was closed."""

    closed: bool = False

    async def close(self) -> None:
        """See `Closing`."""
        self.closed = True


async def test_one_a_key() -> None:
    """Who has the same key has the same lane; closing closes all, and begins anew."""
    lanes: Lanes[str, Lane] = Lanes()
    first = lanes.of("a", Lane)
    assert lanes.of("a", Lane) is first
    assert lanes.of("b", Lane) is not first
    await lanes.close()
    assert first.closed
    assert lanes.of("a", Lane) is not first


async def test_who_is_not_used_is_closed() -> None:
    """When another one is made; one that is used stays."""
    lanes: Lanes[str, Lane] = Lanes(idle_s=-1)
    old = lanes.of("old", Lane)
    assert lanes.of("old", Lane) is old
    lanes.of("new", Lane)
    await turn()
    assert old.closed
    await lanes.close()
