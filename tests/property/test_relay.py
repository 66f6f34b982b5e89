"""The relay, whatever fails when: nothing lost, in order, only re-sends twice."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bus.adapters.memory import Fault
from processors.outbox.relay import RelayPolicy
from tests.support.outboxes import OutboxWorld

Act: TypeAlias = tuple[str, int]

ORDERS = 2
RELAYS = 3
HEALED_S = 40.0
"""Longer than any pause of a relay's."""
ADD = ("order", "payment", "poison", "late")
TROUBLE = ("kill", "start", "unlock", "away", "down", "delete", "unregister", "fault")
acts = st.lists(
    st.tuples(
        st.sampled_from(
            [*ADD, "burst", "burst", *TROUBLE, "fault", "fault", "wait", "wait", "heal"]
        ),
        st.integers(0, ORDERS - 1),
    ),
    max_size=40,
)


class Story:
    """What befalls an outbox; numbers events as they are given their numbers."""

    def __init__(self, *, waits: bool, batch: int) -> None:
        self.world = OutboxWorld(RelayPolicy(waits=waits, batch=batch, poll_s=0.5))
        self.good: dict[str, tuple[int, str]] = {}
        self.poisoned: dict[str, int] = {}
        self.late: list[tuple[int, str]] = []
        self._count = 0

    async def act(self, what: str, which: int) -> None:
        """Do one thing."""
        world, order_id = self.world, f"SO-{which}"
        match what:
            case "order" | "payment":
                kind = "order.made" if what == "order" else "payment.taken"
                self._remember(world.add(order_id, self._id(), kind), order_id)
            case "burst":
                for _ in range(3):
                    self._remember(world.add(order_id, self._id()), order_id)
            case "poison":
                number = world.poison(order_id, self._id())
                self.poisoned.setdefault(order_id, number)
            case "late":  # of an order of its own, as those of one take turns
                self.late.append((world.table.number(), f"SO-late-{self._count}"))
                self._count += 1
            case "kill" | "start" | "unlock" | "away":
                await self._befall_relays(what, which)
            case _:
                await self._befall_others(what, which)

    async def _befall_relays(self, what: str, which: int) -> None:
        world = self.world
        running = [one for one in world.relays if not one.task.done()]
        meant = running[which : which + 1]
        match what:
            case "kill":
                for one in meant:
                    await one.kill()
            case "start" if len(running) < RELAYS:
                world.run()
            case "unlock":
                world.table.leader = None
            case "away":
                for one in meant:
                    one.store.away = "away"

    async def _befall_others(self, what: str, which: int) -> None:
        world = self.world
        match what:
            case "down":
                world.broker.down()
            case "delete" if which == 0:
                world.broker.delete("oms.payment")
            case "unregister":
                world.registry.answering = False
            case "fault":
                world.faults += [None] * which + [list(Fault)[which % 2]]
            case "wait":
                await world.go_on(0.05 * (which + 1))
            case "heal":
                self.heal()

    def heal(self) -> None:
        """End all troubles; what began early is committed now."""
        self.world.broker.up()
        self.world.make("oms.payment")
        self.world.registry.answering = True
        for one in self.world.relays:
            one.store.away = ""
        for number, order_id in self.late:
            self.world.table.add(self.world.entry(order_id, self._id()), number)
            self._remember(number, order_id)
        self.late = []

    def _id(self) -> str:
        self._count += 1
        return f"e{self._count}"

    def _remember(self, number: int, order_id: str) -> None:
        self.good[f"e{self._count}"] = (number, order_id)

    def expected(self, *, waits: bool) -> list[str]:
        """What has to be in Kafka: all that is good and waits for nothing."""
        never = float("inf")
        return [
            event_id
            for event_id, (number, order_id) in self.good.items()
            if not waits or number < self.poisoned.get(order_id, never)
        ]


async def play(script: Sequence[Act], *, waits: bool, batch: int) -> None:
    """Let it all happen, heal the world, and compare the table with the topics."""
    story = Story(waits=waits, batch=batch)
    world = story.world
    world.run()
    for what, which in script:
        await story.act(what, which)
    story.heal()
    world.run()
    await world.go_on(HEALED_S)
    try:
        check(story, waits=waits)
        await discard_all(story)
        check(story, waits=False)
    finally:
        await world.close()


async def discard_all(story: Story) -> None:
    """Give up what is refused, until nothing is."""
    store = story.world.relays[-1].store
    while refused := (await store.look(1_000)).refused:
        await store.discard([row.number for row in refused], story.world.now())
        await story.world.go_on(HEALED_S)


def check(story: Story, *, waits: bool) -> None:
    """Nothing lost, nothing that should not be there, first comings in order."""
    world = story.world
    expected = story.expected(waits=waits)
    assert set(world.ids()) == set(expected)
    for order_id in {order_id for _, order_id in story.good.values()}:
        firsts = list(dict.fromkeys(world.ids(order_id)))
        assert firsts == sorted(firsts, key=lambda one: story.good[one][0])


@settings(max_examples=60, deadline=None)
@example(script=[("burst", 0), ("fault", 0), ("wait", 1)], waits=True, batch=500)
@example(
    script=[("burst", 0), ("start", 0), ("unlock", 0), ("wait", 1)], waits=True, batch=1
)
@given(script=acts, waits=st.booleans(), batch=st.sampled_from([1, 3, 500]))
def test_nothing_is_lost_and_orders_keep_their_order(
    script: Sequence[Act],
    waits: bool,  # noqa: FBT001 - drawn
    batch: int,
) -> None:
    """Through kills, two that lead, and all around it failing at any time."""
    asyncio.run(play(script, waits=waits, batch=batch))
