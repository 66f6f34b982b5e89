"""How slots go round."""

from dataclasses import dataclass, field

from processors.delivery.slots import Slots


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
