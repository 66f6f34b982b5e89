"""How slots go round."""

from dataclasses import dataclass, field

from processors.delivery.slots import Slots
from tests.support.turns import turn


@dataclass(eq=False)
class Taker:
    """Takes a slot when it is called, and gives it back at once."""

    slots: Slots
    in_flight: int = 0
    calls: list[int] = field(default_factory=list)

    def pump(self) -> None:
        """Use a slot for nothing."""
        if self.slots.take(self):
            self.calls.append(self.slots.in_use)
            self.slots.give()


def test_all_that_wait_are_called_without_recursion() -> None:
    """Thousands that have nothing to do with their slot are no deep stack."""
    slots = Slots(1, floor=0)
    takers = [Taker(slots) for _ in range(3_000)]
    assert slots.take(takers[0])
    for taker in takers:
        taker.pump()
    slots.give()
    assert [taker.calls for taker in takers] == [[1]] * 3_000
    assert slots.in_use == 0


async def test_who_asks_often_is_called_once_in_the_next_turn() -> None:
    """A turn's answers start what follows in one go, in the order of asking."""
    slots = Slots(9)
    called: list[Taker] = []

    @dataclass(eq=False)
    class Caller(Taker):
        def pump(self) -> None:
            called.append(self)

    first, second = Caller(slots), Caller(slots)
    for taker in (second, first, second):
        slots.soon(taker)
    assert not called
    await turn()
    assert called == [second, first]
    slots.soon(first)
    await turn()
    assert called == [second, first, first]


async def test_asking_while_called_is_for_the_turn_after() -> None:
    """Who has always more to start never keeps the loop from the sockets."""
    slots = Slots(9)
    turns: list[int] = []

    @dataclass(eq=False)
    class Restless(Taker):
        def pump(self) -> None:
            turns.append(len(turns))
            slots.soon(self)

    slots.soon(Restless(slots))
    for number in range(1, 4):
        await turn()
        assert len(turns) == number
